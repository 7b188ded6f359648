// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What type each field of a control performative must have and which must be there (AMQP 1.0 §1.4, §2.7, §5.3.3). Checked on
 * the bytes, because the codec takes an absent mandatory field for its default and some wrong types for right ones.
 * Immutable; any thread.
 */
final class FieldRules {
    private static final int FIRST_CODE = 0x10;
    private static final String CAPABILITIES =
            " offered-capabilities:symbols desired-capabilities:symbols properties:map";
    private static final @Nullable FieldRules[] BY_CODE = new FieldRules[0x45 - FIRST_CODE];

    static {
        define(
                0x10,
                "open",
                "container-id:string! hostname:string max-frame-size:uint channel-max:ushort idle-time-out:uint"
                        + " outgoing-locales:symbols incoming-locales:symbols" + CAPABILITIES);
        define(
                0x11,
                "begin",
                "remote-channel:ushort next-outgoing-id:uint! incoming-window:uint! outgoing-window:uint!"
                        + " handle-max:uint" + CAPABILITIES);
        define(
                0x12,
                "attach",
                "name:string! handle:uint! role:boolean! snd-settle-mode:ubyte rcv-settle-mode:ubyte source:any target:any"
                        + " unsettled:map incomplete-unsettled:boolean initial-delivery-count:uint max-message-size:ulong"
                        + CAPABILITIES);
        define(
                0x13,
                "flow",
                "next-incoming-id:uint incoming-window:uint! next-outgoing-id:uint! outgoing-window:uint! handle:uint"
                        + " delivery-count:uint link-credit:uint available:uint drain:boolean echo:boolean properties:map");
        define(0x16, "detach", "handle:uint! closed:boolean error:any");
        define(0x17, "end", "error:any");
        define(0x18, "close", "error:any");
        define(0x41, "sasl-init", "mechanism:symbol! initial-response:binary hostname:string");
        define(0x43, "sasl-response", "response:binary!");
    }

    private enum Type {
        ANY,
        STRING(0xa1, 0xb1),
        SYMBOL(0xa3, 0xb3),
        /** Several symbols: one alone, or an array of them. */
        SYMBOLS(0xa3, 0xb3, 0xe0, 0xf0),
        BINARY(0xa0, 0xb0),
        BOOLEAN(0x41, 0x42, 0x56),
        UBYTE(0x50),
        USHORT(0x60),
        UINT(0x43, 0x52, 0x70),
        ULONG(0x44, 0x53, 0x80),
        MAP(0xc1, 0xd1);

        /** One character for each format code. */
        private final String codes;

        Type(int... codes) {
            this.codes = new String(codes, 0, codes.length);
        }

        boolean allows(int code) {
            return codes.isEmpty() || codes.indexOf(code) >= 0;
        }
    }

    private record Field(String name, Type type, boolean isMandatory) {}

    private final String performative;
    private final Field[] fields;

    private FieldRules(String performative, Field[] fields) {
        this.performative = performative;
        this.fields = fields;
    }

    private static void define(int code, String performative, String text) {
        String[] parts = text.split(" ", -1);
        Field[] fields = new Field[parts.length];
        for (int i = 0; i < parts.length; i++) {
            int colon = parts[i].indexOf(':');
            boolean isMandatory = parts[i].endsWith("!");
            String type = parts[i].substring(colon + 1, parts[i].length() - (isMandatory ? 1 : 0));
            fields[i] = new Field(
                    parts[i].substring(0, colon), Type.valueOf(type.toUpperCase(java.util.Locale.ROOT)), isMandatory);
        }
        BY_CODE[code - FIRST_CODE] = new FieldRules(performative, fields);
    }

    /** The rules of a performative by its descriptor's code; null for a code that is none of them. */
    static @Nullable FieldRules of(int code) {
        int index = code - FIRST_CODE;
        return index >= 0 && index < BY_CODE.length ? BY_CODE[index] : null;
    }

    /**
     * Checks the list behind a descriptor.
     *
     * @throws ProtocolException {@code amqp:decode-error} for the connection
     */
    void check(ByteBuffer bytes, int listStart, int limit) {
        int code = WireFormat.unsignedByte(bytes, listStart, limit);
        int position = listStart + 1;
        int end = position;
        long count = 0;
        if (code == WireFormat.LIST8 || code == WireFormat.LIST32) {
            boolean isWide = code == WireFormat.LIST32;
            int width = isWide ? 4 : 1;
            end = WireFormat.compoundEnd(bytes, position, limit, isWide);
            count = isWide
                    ? WireFormat.fourBytes(bytes, position + width, end) & 0xffffffffL
                    : WireFormat.unsignedByte(bytes, position + width, end);
            position += 2 * width;
        } else if (code != WireFormat.LIST0) {
            throw WireFormat.malformed("Expected the fields of " + article() + " as a list, but found format code 0x"
                    + Integer.toHexString(code));
        }
        if (count > fields.length) {
            throw WireFormat.malformed(
                    "Expected at most " + fields.length + " fields in " + article() + ", but found " + count);
        }
        for (int i = 0; i < fields.length; i++) {
            int found = i < count ? WireFormat.unsignedByte(bytes, position, end) : WireFormat.NULL;
            checkField(fields[i], found);
            if (i < count) {
                position = WireFormat.skip(bytes, position, end);
            }
        }
    }

    private void checkField(Field field, int code) {
        if (code == WireFormat.NULL) {
            if (field.isMandatory) {
                throw WireFormat.malformed("Expected " + article() + " to carry " + field.name);
            }
        } else if (!field.type.allows(code)) {
            throw WireFormat.malformed("Expected " + field.name + " of " + article() + " to be of type "
                    + field.type.name().toLowerCase(java.util.Locale.ROOT) + ", but found format code 0x"
                    + Integer.toHexString(code));
        }
    }

    private String article() {
        return ("aeo".indexOf(performative.charAt(0)) >= 0 ? "an " : "a ") + performative;
    }
}
