// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first {@value #BYTES} bytes of a segment file, big-endian:
 *
 * <pre>
 *  0  8  magic "PRJOURNL"
 *  8  2  format version, 1
 * 10  2  flags: bit 0 encrypted (reserved); must be 0
 * 12  4  shard
 * 16  8  journal id: random, the same in every segment of a journal
 * 24  8  segment id: 1, 2, 3 … in the order of the log
 * 32  8  generation: higher at each use of a file
 * 40  8  length of the file in bytes
 * 48 12  zero
 * 60  4  CRC32C of bytes 0–59
 * </pre>
 *
 * It is written and synced before the file gets its name as a segment, and not touched again while it has that name. So a
 * header that does not check is damage, never a crash. The first index stands in the opening record behind it, because a
 * segment is prepared before anybody knows which entry will come first. Immutable.
 */
record SegmentHeader(int shard, long journalId, long segmentId, long generation, long fileBytes) {
    static final int BYTES = 64;
    static final short VERSION = 1;

    private static final long MAGIC = 0x50524A4F55524E4CL;
    private static final int CRC_AT = 60;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(shard);
        bytes.putLong(journalId).putLong(segmentId).putLong(generation).putLong(fileBytes);
        bytes.putInt(CRC_AT, crcOf(bytes));
        return bytes.clear();
    }

    /** Reads a header, or null if these bytes are none: wrong magic or checksum. */
    static @Nullable SegmentHeader decode(ByteBuffer bytes, Path file) {
        if (bytes.remaining() < BYTES || bytes.getLong(0) != MAGIC || bytes.getInt(CRC_AT) != crcOf(bytes)) {
            return null;
        }
        short version = bytes.getShort(8);
        short flags = bytes.getShort(10);
        if (version != VERSION || flags != 0) {
            throw JournalException.newer(
                    file,
                    "expected journal format version " + VERSION + " without flags, but found version " + version
                            + " with flags " + flags);
        }
        return new SegmentHeader(
                bytes.getInt(12), bytes.getLong(16), bytes.getLong(24), bytes.getLong(32), bytes.getLong(40));
    }

    private static int crcOf(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
