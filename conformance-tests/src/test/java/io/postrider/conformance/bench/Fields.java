// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.nio.ByteBuffer;

/** Reads the few fields of a performative that a load generator needs, straight from the bytes. */
final class Fields {
    private Fields() {}

    /** Skips descriptor and list header; returns the number of fields. */
    static int list(ByteBuffer in) {
        in.position(in.position() + 3);
        int code = in.get() & 0xff;
        return switch (code) {
            case 0x45 -> 0;
            case 0xc0 -> {
                in.get();
                yield in.get() & 0xff;
            }
            case 0xd0 -> {
                in.getInt();
                yield in.getInt();
            }
            default -> throw new IllegalStateException("Expected a list, but got 0x" + Integer.toHexString(code));
        };
    }

    /** Reads a uint; -1 for null. */
    static long uint(ByteBuffer in) {
        int code = in.get() & 0xff;
        return switch (code) {
            case 0x40 -> -1;
            case 0x43 -> 0;
            case 0x52 -> in.get() & 0xff;
            case 0x70 -> in.getInt() & 0xffffffffL;
            default -> throw new IllegalStateException("Expected a uint, but got 0x" + Integer.toHexString(code));
        };
    }

    /** Reads a boolean; false for null. */
    static boolean bool(ByteBuffer in) {
        int code = in.get() & 0xff;
        return switch (code) {
            case 0x41 -> true;
            case 0x42, 0x40 -> false;
            case 0x56 -> in.get() != 0;
            default -> throw new IllegalStateException("Expected a boolean, but got 0x" + Integer.toHexString(code));
        };
    }
}
