// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The layout of a body segment file, big-endian:
 *
 * <pre>
 * header  0  8  magic "PRBODIES"
 *         8  2  format version, 1
 *        10  2  flags: bit 0 encrypted (reserved); must be 0
 *        12  4  shard
 *        16  4  number of the segment
 *        20  4  CRC32C of bytes 0–19
 *
 * record  0  4  CRC32C of bytes 4 to the end
 *         4  4  length of the encoded message
 *         8  4  address id
 *        12  8  offset
 *        20  …  encoded message
 * </pre>
 *
 * Stateless but for the checksum; owned by one reader or writer.
 */
final class BodySegmentFormat {
    static final int HEADER_BYTES = 24;
    static final int RECORD_HEADER_BYTES = 20;
    static final long MAGIC = 0x5052424F44494553L;
    static final short VERSION = 1;

    private final CRC32C crc = new CRC32C();

    void putHeader(ByteBuffer target, int shard, int segment) {
        int start = target.position();
        target.putLong(MAGIC)
                .putShort(VERSION)
                .putShort((short) 0)
                .putInt(shard)
                .putInt(segment);
        target.putInt(crcOf(target, start, start + HEADER_BYTES - 4));
    }

    /** What is wrong with a header at position 0, or an empty text. */
    String complaint(ByteBuffer header, int shard, int segment) {
        if (header.getLong(0) != MAGIC || header.getInt(HEADER_BYTES - 4) != crcOf(header, 0, HEADER_BYTES - 4)) {
            return "the header of the body segment is not intact";
        }
        short version = header.getShort(8);
        short flags = header.getShort(10);
        if (version != VERSION || flags != 0) {
            return "expected version " + VERSION + " without flags, but found version " + version + " with flags "
                    + flags + ", written by a newer release";
        }
        if (header.getInt(12) != shard || header.getInt(16) != segment) {
            return "expected body segment " + segment + " of shard " + shard + ", but found segment "
                    + header.getInt(16) + " of shard " + header.getInt(12);
        }
        return "";
    }

    void putRecord(ByteBuffer target, Survivor survivor) {
        int start = target.position();
        int length = survivor.encodedLength();
        target.putInt(0).putInt(length).putInt(survivor.addressId()).putLong(survivor.offset());
        survivor.encodeTo(target);
        int end = start + RECORD_HEADER_BYTES + length;
        if (target.position() != end) {
            throw new CheckpointException("Expected a message of " + length + " bytes, but it encoded to "
                    + (target.position() - start - RECORD_HEADER_BYTES) + " [address=" + survivor.addressId()
                    + ", offset="
                    + survivor.offset() + "]");
        }
        target.putInt(start, crcOf(target, start + 4, end));
    }

    static int length(ByteBuffer buffer, int at) {
        return buffer.getInt(at + 4);
    }

    static int addressId(ByteBuffer buffer, int at) {
        return buffer.getInt(at + 8);
    }

    static long offset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + 12);
    }

    boolean isIntact(ByteBuffer buffer, int at) {
        return buffer.getInt(at) == crcOf(buffer, at + 4, at + RECORD_HEADER_BYTES + length(buffer, at));
    }

    private int crcOf(ByteBuffer buffer, int from, int until) {
        crc.reset();
        crc.update(buffer.duplicate().limit(until).position(from));
        return (int) crc.getValue();
    }
}
