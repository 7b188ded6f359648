// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Where records begin in a segment: one entry at the start of each extent and about every 64 KiB. Immutable. The file, big-endian:
 *
 * <pre>
 * header  0  8  magic "PRSEGIDX"
 *         8  2  format version, 1
 *        10  2  flags: bit 0 encrypted (reserved); must be 0
 *        12  4  shard
 *        16  4  number of the segment
 *        20  4  CRC32C of bytes 0–19
 *
 * block   0  4  CRC32C of bytes 4 to the end, XOR the number of the segment
 *         4  4  number of entries
 *         8  …  per entry, ascending by position: log 8, offset 8, position 8
 * </pre>
 *
 * Each checkpoint that adds to the segment adds one block.
 */
final class SegmentIndex {
    static final int HEADER_BYTES = 24;
    static final int BLOCK_HEADER_BYTES = 8;
    static final int ENTRY_BYTES = 24;
    static final long MAGIC = 0x5052534547494458L;
    static final short VERSION = 1;

    private final long indexBytes;
    private final long[] offsets;
    private final long[] positions;

    private SegmentIndex(long indexBytes, long[] offsets, long[] positions) {
        this.indexBytes = indexBytes;
        this.offsets = offsets;
        this.positions = positions;
    }

    static void putHeader(ByteBuffer target, int shard, int segment) {
        int start = target.position();
        target.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(shard);
        target.putInt(segment);
        target.putInt(crcOf(target, start, start + HEADER_BYTES - 4));
    }

    /** Completes a block whose entries were put behind {@link #BLOCK_HEADER_BYTES} free bytes at a start. */
    static void sealBlock(ByteBuffer target, int start, int segment) {
        int end = target.position();
        target.putInt(start + 4, (end - start - BLOCK_HEADER_BYTES) / ENTRY_BYTES);
        target.putInt(start, crcOf(target, start + 4, end) ^ segment);
    }

    /** Reads an index file whole. */
    static SegmentIndex decode(ByteBuffer bytes, Path file, int shard, int segment) throws DamagedSegmentException {
        checkHeader(bytes, file, shard, segment);
        int entriesMax = bytes.remaining() / ENTRY_BYTES;
        long[] offsets = new long[entriesMax];
        long[] positions = new long[entriesMax];
        int count = 0;
        int at = HEADER_BYTES;
        while (at < bytes.limit()) {
            int end = blockEnd(bytes, at, file, segment);
            for (int entry = at + BLOCK_HEADER_BYTES; entry < end; entry += ENTRY_BYTES) {
                offsets[count] = bytes.getLong(entry + 8);
                positions[count] = bytes.getLong(entry + 16);
                if (count > 0 && positions[count] <= positions[count - 1]) {
                    throw new DamagedSegmentException(file, entry, "the entries are not ascending");
                }
                count++;
            }
            at = end;
        }
        return new SegmentIndex(bytes.limit(), Arrays.copyOf(offsets, count), Arrays.copyOf(positions, count));
    }

    private static void checkHeader(ByteBuffer bytes, Path file, int shard, int segment)
            throws DamagedSegmentException {
        if (bytes.limit() < HEADER_BYTES
                || bytes.getLong(0) != MAGIC
                || bytes.getInt(HEADER_BYTES - 4) != crcOf(bytes, 0, HEADER_BYTES - 4)) {
            throw new DamagedSegmentException(file, 0, "the header of the index is not intact");
        }
        if (bytes.getShort(8) != VERSION || bytes.getShort(10) != 0) {
            throw new DamagedSegmentException(
                    file,
                    8,
                    "expected version " + VERSION + " without flags, but found version " + bytes.getShort(8)
                            + " with flags " + bytes.getShort(10) + ", written by a newer release");
        }
        if (bytes.getInt(12) != shard || bytes.getInt(16) != segment) {
            throw new DamagedSegmentException(
                    file,
                    12,
                    "expected the index of segment " + segment + " of shard " + shard + ", but found segment "
                            + bytes.getInt(16) + " of shard " + bytes.getInt(12));
        }
    }

    private static int blockEnd(ByteBuffer bytes, int at, Path file, int segment) throws DamagedSegmentException {
        int bytesLeft = bytes.limit() - at - BLOCK_HEADER_BYTES;
        int entries = bytesLeft < 0 ? -1 : bytes.getInt(at + 4);
        if (entries < 0 || entries > bytesLeft / ENTRY_BYTES) {
            throw new DamagedSegmentException(file, at, "a block of " + entries + " entries does not fit the file");
        }
        int end = at + BLOCK_HEADER_BYTES + entries * ENTRY_BYTES;
        if ((bytes.getInt(at) ^ segment) != crcOf(bytes, at + 4, end)) {
            throw new DamagedSegmentException(file, at, "the checksum of an index block does not match");
        }
        return end;
    }

    /** Bytes of the index file that this was read from; the file may have grown since. */
    long indexBytes() {
        return indexBytes;
    }

    /** The entry at the start of an extent, or -1 if there is none. */
    int first(Extent extent) {
        int found = Arrays.binarySearch(positions, extent.position());
        return found >= 0 && offsets[found] == extent.firstOffset() ? found : -1;
    }

    /** The last entry of an extent, from one of its entries on, whose offset is not above the given one. */
    int floor(Extent extent, int from, long offset) {
        int low = from;
        int high = behind(extent) - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (offsets[middle] <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The entry behind the last one of an extent. */
    int behind(Extent extent) {
        int found = Arrays.binarySearch(positions, extent.end());
        return found >= 0 ? found : -found - 1;
    }

    long offset(int entry) {
        return offsets[entry];
    }

    long position(int entry) {
        return positions[entry];
    }

    private static int crcOf(ByteBuffer buffer, int from, int until) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(until).position(from));
        return (int) crc.getValue();
    }
}
