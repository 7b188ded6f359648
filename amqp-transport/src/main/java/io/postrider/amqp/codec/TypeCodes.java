// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.util.Arrays;

/** Constructors of AMQP 1.0's primitive types (§1.6), and how many bytes follow them. */
final class TypeCodes {
    static final int DESCRIBED = 0x00;
    static final int NULL = 0x40;
    static final int TRUE = 0x41;
    static final int FALSE = 0x42;
    static final int UINT0 = 0x43;
    static final int ULONG0 = 0x44;
    static final int LIST0 = 0x45;
    static final int UBYTE = 0x50;
    static final int BYTE = 0x51;
    static final int SMALL_UINT = 0x52;
    static final int SMALL_ULONG = 0x53;
    static final int SMALL_INT = 0x54;
    static final int SMALL_LONG = 0x55;
    static final int BOOLEAN = 0x56;
    static final int USHORT = 0x60;
    static final int SHORT = 0x61;
    static final int UINT = 0x70;
    static final int INT = 0x71;
    static final int FLOAT = 0x72;
    static final int CHAR = 0x73;
    static final int DECIMAL32 = 0x74;
    static final int ULONG = 0x80;
    static final int LONG = 0x81;
    static final int DOUBLE = 0x82;
    static final int TIMESTAMP = 0x83;
    static final int DECIMAL64 = 0x84;
    static final int DECIMAL128 = 0x94;
    static final int UUID = 0x98;
    static final int BINARY8 = 0xa0;
    static final int STRING8 = 0xa1;
    static final int SYMBOL8 = 0xa3;
    static final int BINARY32 = 0xb0;
    static final int STRING32 = 0xb1;
    static final int SYMBOL32 = 0xb3;
    static final int LIST8 = 0xc0;
    static final int MAP8 = 0xc1;
    static final int LIST32 = 0xd0;
    static final int MAP32 = 0xd1;
    static final int ARRAY8 = 0xe0;
    static final int ARRAY32 = 0xf0;

    private static final int[] KNOWN = {
        NULL,
        TRUE,
        FALSE,
        UINT0,
        ULONG0,
        LIST0,
        UBYTE,
        BYTE,
        SMALL_UINT,
        SMALL_ULONG,
        SMALL_INT,
        SMALL_LONG,
        BOOLEAN,
        USHORT,
        SHORT,
        UINT,
        INT,
        FLOAT,
        CHAR,
        DECIMAL32,
        ULONG,
        LONG,
        DOUBLE,
        TIMESTAMP,
        DECIMAL64,
        DECIMAL128,
        UUID,
        BINARY8,
        STRING8,
        SYMBOL8,
        BINARY32,
        STRING32,
        SYMBOL32,
        LIST8,
        MAP8,
        LIST32,
        MAP32,
        ARRAY8,
        ARRAY32
    };

    /** {@link #layout} of a constructor that AMQP does not define. */
    static final int UNKNOWN = -1;
    /** {@link #layout} of a value with one byte of size before its bytes. */
    static final int SIZE8 = -2;
    /** {@link #layout} of a value with four bytes of size before its bytes. */
    static final int SIZE32 = -3;
    /** As {@link #SIZE8}, and one byte of count within the size. */
    static final int COMPOUND8 = -4;
    /** As {@link #SIZE32}, and four bytes of count within the size. */
    static final int COMPOUND32 = -5;

    private static final byte[] LAYOUTS = layouts();

    private TypeCodes() {}

    /** Number of bytes after the constructor, or one of the negative constants. */
    static int layout(int code) {
        return LAYOUTS[code];
    }

    /** The upper half of a constructor tells the layout (AMQP 1.0 §1.2); the lower half only the type. */
    private static byte[] layouts() {
        byte[] byUpperHalf = {
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            0,
            1,
            2,
            4,
            8,
            16,
            SIZE8,
            SIZE32,
            COMPOUND8,
            COMPOUND32,
            COMPOUND8,
            COMPOUND32
        };
        byte[] layouts = new byte[256];
        Arrays.fill(layouts, (byte) UNKNOWN);
        for (int code : KNOWN) {
            layouts[code] = byUpperHalf[code >> 4];
        }
        return layouts;
    }
}
