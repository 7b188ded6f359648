// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.segment.SegmentInfo.Kind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The layout of a segment file, big-endian:
 *
 * <pre>
 * header  0  8  magic "PRSEGMNT"
 *         8  2  format version, 1
 *        10  2  flags: bit 0 encrypted (reserved); must be 0
 *        12  4  shard
 *        16  4  number of the segment
 *        20  4  kind: 1 own, 2 mixed
 *        24  8  log of an own segment, 0 in a mixed one
 *        32  4  CRC32C of bytes 0–31
 *
 * record  0  4  CRC32C of bytes 4 to the end, XOR the number of the segment
 *         4  4  length of the encoded body
 *         8  8  log
 *        16  8  offset
 *        24  …  encoded body
 * </pre>
 *
 * The number in the checksum tells a record of another file, which a misdirected write would leave. Stateless but for the checksum;
 * owned by one reader or writer.
 */
final class SegmentFormat {
    static final int HEADER_BYTES = 36;
    static final int RECORD_HEADER_BYTES = 24;
    static final long MAGIC = 0x50525345474D4E54L;
    static final short VERSION = 1;

    private static final int LENGTH_AT = 4;
    private static final int LOG_AT = 8;
    private static final int OFFSET_AT = 16;

    private final CRC32C crc = new CRC32C();

    void putHeader(ByteBuffer target, int shard, int segment, Kind kind, long logId) {
        int start = target.position();
        target.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(shard);
        target.putInt(segment).putInt(code(kind)).putLong(logId);
        target.putInt(crcOf(target, start, start + HEADER_BYTES - 4));
    }

    /** What is wrong with a header at position 0, or an empty text. */
    String complaint(ByteBuffer header, int shard, SegmentInfo segment) {
        if (header.getLong(0) != MAGIC || header.getInt(HEADER_BYTES - 4) != crcOf(header, 0, HEADER_BYTES - 4)) {
            return "the header of the segment is not intact";
        }
        short version = header.getShort(8);
        short flags = header.getShort(10);
        if (version != VERSION || flags != 0) {
            return "expected version " + VERSION + " without flags, but found version " + version + " with flags "
                    + flags + ", written by a newer release";
        }
        if (header.getInt(12) != shard
                || header.getInt(16) != segment.number()
                || header.getInt(20) != code(segment.kind())
                || header.getLong(24) != segment.logId()) {
            return "expected segment " + segment.number() + " of shard " + shard + ", kind " + code(segment.kind())
                    + ", log " + segment.logId() + ", but found segment " + header.getInt(16) + " of shard "
                    + header.getInt(12) + ", kind " + header.getInt(20) + ", log " + header.getLong(24);
        }
        return "";
    }

    /** Puts a record without its body. The checksum covers the body, which is not moved. */
    void putRecordHeader(ByteBuffer target, int segment, long logId, long offset, ByteBuffer body) {
        int start = target.position();
        target.putInt(0).putInt(body.remaining()).putLong(logId).putLong(offset);
        crc.reset();
        crc.update(target.duplicate().flip().position(start + LENGTH_AT));
        crc.update(body.duplicate());
        target.putInt(start, (int) crc.getValue() ^ segment);
    }

    static int length(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH_AT);
    }

    static long logId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + LOG_AT);
    }

    static long offset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + OFFSET_AT);
    }

    boolean isIntact(ByteBuffer buffer, int at, int segment) {
        int end = at + RECORD_HEADER_BYTES + length(buffer, at);
        return (buffer.getInt(at) ^ segment) == crcOf(buffer, at + LENGTH_AT, end);
    }

    private static int code(Kind kind) {
        return kind == Kind.OWN ? 1 : 2;
    }

    private int crcOf(ByteBuffer buffer, int from, int until) {
        crc.reset();
        crc.update(buffer.duplicate().limit(until).position(from));
        return (int) crc.getValue();
    }
}
