// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which classes a received object message may hold. Without an allow-list only values and collections of the JDK are read;
 * everything else is refused, because deserialising a stranger's class may run a stranger's code. Immutable.
 *
 * @param allowed class names, or package names that cover what is below; {@code *} for everything
 * @param denied the same, and stronger
 */
public record ObjectPolicy(List<String> allowed, List<String> denied) {
    public static final ObjectPolicy JDK_VALUES_ONLY = new ObjectPolicy(List.of(), List.of());

    /** Classes of the JDK that only hold data. */
    private static final List<String> ALWAYS = List.of(
            "java.lang.Boolean",
            "java.lang.Byte",
            "java.lang.Character",
            "java.lang.Double",
            "java.lang.Enum",
            "java.lang.Float",
            "java.lang.Integer",
            "java.lang.Long",
            "java.lang.Number",
            "java.lang.Object",
            "java.lang.Short",
            "java.lang.String",
            "java.lang.StringBuffer",
            "java.lang.StringBuilder",
            "java.math.BigDecimal",
            "java.math.BigInteger",
            "java.time",
            "java.util.ArrayDeque",
            "java.util.ArrayList",
            "java.util.Arrays$ArrayList",
            "java.util.BitSet",
            "java.util.CollSer",
            "java.util.Collections",
            "java.util.Date",
            "java.util.EnumMap",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.Hashtable",
            "java.util.ImmutableCollections",
            "java.util.LinkedHashMap",
            "java.util.LinkedHashSet",
            "java.util.LinkedList",
            "java.util.Locale",
            "java.util.Map$Entry",
            "java.util.Properties",
            "java.util.Stack",
            "java.util.TreeMap",
            "java.util.TreeSet",
            "java.util.UUID",
            "java.util.Vector");

    private static final long DEPTH_MAX = 100;

    public ObjectPolicy {
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
    }

    /** Reads comma lists, as options give them. */
    public static ObjectPolicy parse(String allowed, String denied) {
        return new ObjectPolicy(names(allowed), names(denied));
    }

    private static List<String> names(String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    boolean isAllowed(String className) {
        return !covers(denied, className) && (covers(ALWAYS, className) || covers(allowed, className));
    }

    private static boolean covers(List<String> names, String className) {
        for (String name : names) {
            if (name.equals("*")
                    || className.equals(name)
                    || (className.startsWith(name)
                            && (className.charAt(name.length()) == '.' || className.charAt(name.length()) == '$'))) {
                return true;
            }
        }
        return false;
    }

    /** Serialises an object. */
    static byte[] write(@Nullable Serializable object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** Reads an object that this process wrote itself: no filter. */
    static @Nullable Object readOwn(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ContextInput(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** Reads an object that came over the wire. */
    @Nullable
    Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ContextInput(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(this::check);
            return in.readObject();
        }
    }

    private ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
        if (info.depth() > DEPTH_MAX) {
            return ObjectInputFilter.Status.REJECTED;
        }
        Class<?> type = info.serialClass();
        if (type == null) {
            return ObjectInputFilter.Status.UNDECIDED;
        }
        while (type.isArray()) {
            type = type.getComponentType();
        }
        return type.isPrimitive() || isAllowed(type.getName())
                ? ObjectInputFilter.Status.ALLOWED
                : ObjectInputFilter.Status.REJECTED;
    }

    /** Finds classes through the context loader first, as containers need it. */
    private static final class ContextInput extends ObjectInputStream {
        ContextInput(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            if (loader != null) {
                try {
                    return Class.forName(description.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    return super.resolveClass(description);
                }
            }
            return super.resolveClass(description);
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
            throw new InvalidClassException(Proxy.class.getName(), "Proxies are not read from messages");
        }
    }
}
