// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import javax.transaction.xa.Xid;

/** A branch's name as the broker knows it: {@code format(4) globalLength(1) global qualifier}. Immutable; equal to any other of the same bytes. */
final class BranchName implements Xid {
    private final byte[] bytes;

    private BranchName(byte[] bytes) {
        this.bytes = bytes;
    }

    static BranchName of(Xid xid) {
        byte[] global = xid.getGlobalTransactionId();
        byte[] qualifier = xid.getBranchQualifier();
        return new BranchName(ByteBuffer.allocate(5 + global.length + qualifier.length)
                .putInt(xid.getFormatId())
                .put((byte) global.length)
                .put(global)
                .put(qualifier)
                .array());
    }

    /** @param bytes as the broker gave them */
    static BranchName of(byte[] bytes) {
        return new BranchName(bytes.clone());
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public int getFormatId() {
        return ByteBuffer.wrap(bytes).getInt();
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return Arrays.copyOfRange(bytes, 5, 5 + bytes[4]);
    }

    @Override
    public byte[] getBranchQualifier() {
        return Arrays.copyOfRange(bytes, 5 + bytes[4], bytes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchName that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
