// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The layout of one record, and its checksum for one generation of a segment. Big-endian; records start at multiples of 8:
 *
 * <pre>
 *  0  4  CRC32C, seeded with journal id and generation, of bytes 4 to the end of the payload
 *  4  4  length of the payload in bytes
 *  8  4  tag: generation and journal id folded together
 * 12  1  record version, 1
 * 13  1  type: 1 entry, 2 sync marker, 3 opening
 * 14  2  flags: bit 0 encrypted (reserved); must be 0
 * 16  4  shard
 * 20  4  syncedUpTo: every byte of this segment before this position was durable when the record was written
 * 24  8  index: of the entry; of the last entry before a marker; of the first entry of an opened segment
 * 32  …  payload, then zero to seven bytes of padding
 * </pre>
 *
 * A recycled segment is full of old records that are valid but for their generation; the seed makes them invalid. The tag
 * tells the same from twelve bytes, which keeps the search behind a bad record linear: a payload made to look like records
 * cannot guess the random journal id. Owned by the thread that reads or writes the segment.
 */
final class RecordFrame {
    static final int HEADER_BYTES = 32;
    static final byte VERSION = 1;
    static final byte ENTRY = 1;
    static final byte MARKER = 2;
    static final byte OPENING = 3;

    /** Payload of an opening record: id of the segment before (0 if none) and the position where that one ends. */
    static final int OPENING_BYTES = HEADER_BYTES + 16;

    private static final int ALIGNMENT = 8;
    private static final int LENGTH_AT = 4;
    private static final int TAG_AT = 8;
    private static final int SYNCED_AT = 20;
    private static final int INDEX_AT = 24;

    private final int shard;
    private final int tag;
    private final byte[] seed;
    private final CRC32C crc = new CRC32C();

    RecordFrame(SegmentHeader header) {
        this.shard = header.shard();
        this.tag = (int) (header.generation() ^ header.journalId());
        this.seed = ByteBuffer.allocate(16)
                .putLong(header.journalId())
                .putLong(header.generation())
                .array();
    }

    /** Bytes a record with this much payload takes, padding included. */
    static int bytes(int payloadBytes) {
        return HEADER_BYTES + Math.addExact(payloadBytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Puts a record of which {@link #seal} will fill in what depends on the segment. */
    static void put(ByteBuffer target, byte type, int shard, long index, ByteBuffer payload) {
        int length = payload.remaining();
        target.putInt(0).putInt(length).putInt(0);
        target.put(VERSION)
                .put(type)
                .putShort((short) 0)
                .putInt(shard)
                .putInt(0)
                .putLong(index);
        target.put(payload);
        for (int padding = bytes(length) - HEADER_BYTES - length; padding > 0; padding--) {
            target.put((byte) 0);
        }
    }

    static int length(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH_AT);
    }

    static byte type(ByteBuffer buffer, int at) {
        return buffer.get(at + 13);
    }

    static long index(ByteBuffer buffer, int at) {
        return buffer.getLong(at + INDEX_AT);
    }

    static int syncedUpTo(ByteBuffer buffer, int at) {
        return buffer.getInt(at + SYNCED_AT);
    }

    /** Completes a record for its segment. Moves the buffer's position. */
    void seal(ByteBuffer buffer, int at, int syncedUpTo) {
        buffer.putInt(at + TAG_AT, tag);
        buffer.putInt(at + SYNCED_AT, syncedUpTo);
        buffer.putInt(at, crcOf(buffer, at));
    }

    /** Whether the {@value #HEADER_BYTES} bytes at a place of the buffer may begin a record of this generation. */
    boolean looksLikeRecord(ByteBuffer buffer, int at, long bytesLeft) {
        int length = length(buffer, at);
        return buffer.getInt(at + TAG_AT) == tag && length >= 0 && length <= bytesLeft - HEADER_BYTES;
    }

    /** Whether the whole record at a place of the buffer is intact. Moves the buffer's position. */
    boolean isIntact(ByteBuffer buffer, int at) {
        return buffer.getInt(at) == crcOf(buffer, at);
    }

    /** What is wrong with an intact record that this release did not write, or an empty text. */
    String complaint(ByteBuffer buffer, int at) {
        byte version = buffer.get(at + 12);
        short flags = buffer.getShort(at + 14);
        int foundShard = buffer.getInt(at + 16);
        if (version != VERSION || flags != 0) {
            return "expected record version " + VERSION + " without flags, but found version " + version
                    + " with flags " + flags + ", written by a newer release";
        }
        return foundShard == shard ? "" : "expected a record of shard " + shard + ", but it is of shard " + foundShard;
    }

    private int crcOf(ByteBuffer buffer, int at) {
        int limit = buffer.limit();
        int end = at + HEADER_BYTES + length(buffer, at);
        crc.reset();
        crc.update(seed);
        crc.update(buffer.limit(end).position(at + LENGTH_AT));
        buffer.limit(limit);
        return (int) crc.getValue();
    }
}
