// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * How many different symbols peers may bring into this process. Proton-J keeps every symbol it ever decoded, so what a peer
 * invents stays for good; past the budget only symbols that are known already are let in. Owned by one event loop; the total
 * is shared by all of them.
 *
 * <p>Symbols are recognised by a hash of 64 bits. Two that share one are counted once, which costs a few bytes of the budget.
 */
final class SymbolBudget {
    /** A string, its bytes, and the entries of two tables. */
    private static final int OVERHEAD_BYTES = 200;

    private static final long BYTES_MAX = 16L << 20;
    private static final AtomicLong TOTAL_BYTES = new AtomicLong();

    private final AtomicLong total;
    private final long bytesMax;
    private final TagSet known = new TagSet();

    SymbolBudget() {
        this(TOTAL_BYTES, BYTES_MAX);
    }

    SymbolBudget(AtomicLong total, long bytesMax) {
        this.total = total;
        this.bytesMax = bytesMax;
    }

    /**
     * Counts the symbols of one value whose structure was checked before.
     *
     * @return the position after it
     * @throws ProtocolException {@code amqp:resource-limit-exceeded} for the connection, once the budget is used up
     */
    int charge(ByteBuffer bytes, int position) {
        int code = bytes.get(position) & 0xff;
        if (code == 0) {
            return charge(bytes, charge(bytes, position + 1));
        }
        return chargeBody(bytes, code, position + 1);
    }

    private int chargeBody(ByteBuffer bytes, int code, int position) {
        boolean isWide = (code & 0x10) != 0;
        return switch (code >>> 4) {
            case 0xa, 0xb -> {
                int length = isWide ? bytes.getInt(position) : bytes.get(position) & 0xff;
                int start = position + (isWide ? 4 : 1);
                if (code == WireFormat.SYMBOL8 || code == WireFormat.SYMBOL32) {
                    symbol(bytes, start, length);
                }
                yield start + length;
            }
            case 0xc, 0xd -> {
                int count = isWide ? bytes.getInt(position + 4) : bytes.get(position + 1) & 0xff;
                int at = position + (isWide ? 8 : 2);
                for (int i = 0; i < count; i++) {
                    at = charge(bytes, at);
                }
                yield at;
            }
            case 0xe, 0xf -> {
                int count = isWide ? bytes.getInt(position + 4) : bytes.get(position + 1) & 0xff;
                int at = position + (isWide ? 8 : 2);
                int element = bytes.get(at++) & 0xff;
                while (element == 0) {
                    at = charge(bytes, at);
                    element = bytes.get(at++) & 0xff;
                }
                for (int i = 0; i < count; i++) {
                    at = chargeBody(bytes, element, at);
                }
                yield at;
            }
            default -> position + (code >>> 4 == 4 ? 0 : 1 << ((code >>> 4) - 5));
        };
    }

    private void symbol(ByteBuffer bytes, int start, int length) {
        long key = TagSet.key(bytes, start, length);
        if (known.contains(key)) {
            return;
        }
        long cost = (long) length + OVERHEAD_BYTES;
        if (total.addAndGet(cost) > bytesMax) {
            total.addAndGet(-cost);
            throw ProtocolException.connection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "Expected fewer different symbols than fill " + bytesMax
                            + " bytes, over all peers since the start");
        }
        known.add(key);
    }
}
