// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name a transaction manager gave a branch of a global transaction (X/Open XA, Xid): its bytes as they go over the wire, {@code format(4)
 * globalLength(1) global(globalLength) qualifier(rest)}. Immutable.
 */
public final class BranchId implements Comparable<BranchId> {
    /** Longest global part, and longest qualifier (XA: MAXGTRIDSIZE, MAXBQUALSIZE). */
    public static final int PART_BYTES_MAX = 64;

    private static final int HEAD_BYTES = 5;

    private final byte[] bytes;

    /**
     * @param bytes ownership passes to the name
     * @throws IllegalArgumentException when they are no name
     */
    public BranchId(byte[] bytes) {
        int global = bytes.length < HEAD_BYTES ? -1 : bytes[4] & 0xff;
        int qualifier = bytes.length - HEAD_BYTES - global;
        if (global < 1 || global > PART_BYTES_MAX || qualifier < 0 || qualifier > PART_BYTES_MAX) {
            throw new IllegalArgumentException("Expected the name of a branch: a format of 4 bytes, a length of 1 to "
                    + PART_BYTES_MAX + ", a global id of that length and a qualifier of at most " + PART_BYTES_MAX
                    + " bytes, but got " + bytes.length + " bytes "
                    + HexFormat.of().formatHex(bytes));
        }
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException when the text is none of {@link #toString} */
    public static BranchId parse(String text) {
        return new BranchId(HexFormat.of().parseHex(text));
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public int compareTo(BranchId other) {
        return Arrays.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In hexadecimal, as operators name it. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
