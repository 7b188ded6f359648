// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The settings in force for one address, each with a value: an array access away, for the message path. Immutable. */
@SuppressWarnings("EnumOrdinal") // an index within the process, never written
public final class AddressPolicy {
    private static final int KEYS = PolicyKey.values().length;

    /** What holds when nobody sets anything. */
    public static final AddressPolicy DEFAULT = new AddressPolicy(PolicyValues.NONE);

    private final long[] numbers = new long[KEYS];
    private final String[] texts = new String[KEYS];

    /** @param values what is set; every other key has its default */
    public AddressPolicy(PolicyValues values) {
        for (PolicyKey key : PolicyKey.values()) {
            String set = values.get(key);
            String value = set == null ? key.fallback() : set;
            texts[key.ordinal()] = value;
            numbers[key.ordinal()] = key.type().isText() ? 0 : key.type().parse(value);
        }
    }

    /** Whether a setting that is true or false is true. */
    public boolean is(PolicyKey key) {
        return numbers[key.ordinal()] != 0;
    }

    /** A setting that is a number: a count, milliseconds, bytes, thousandths. */
    public long number(PolicyKey key) {
        return numbers[key.ordinal()];
    }

    /** A setting that is text or a choice, never null. */
    public String text(PolicyKey key) {
        return texts[key.ordinal()];
    }

    /** A setting that is a name; null where there is none. */
    public @Nullable String name(PolicyKey key) {
        String value = texts[key.ordinal()];
        return value.isEmpty() ? null : value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressPolicy that && Arrays.equals(texts, that.texts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(texts);
    }

    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        for (PolicyKey key : PolicyKey.values()) {
            if (!texts[key.ordinal()].equals(key.fallback())) {
                all.append(all.isEmpty() ? "" : ", ")
                        .append(key.text())
                        .append('=')
                        .append(texts[key.ordinal()]);
            }
        }
        return "AddressPolicy[" + all + "]";
    }
}
