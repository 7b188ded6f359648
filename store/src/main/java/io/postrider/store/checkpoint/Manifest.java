// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentInfo;
import io.postrider.store.segment.SegmentInfo.Kind;
import io.postrider.store.segment.SegmentTable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file that makes a checkpoint: it names all the others and says what they hold, big-endian:
 *
 * <pre>
 *  0  8  magic "PRMANIFE"
 *  8  2  format version, 2
 * 10  2  flags: bit 0 encrypted (reserved); must be 0
 * 12  4  shard
 * 16  8  number of the checkpoint: 1, 2, 3 …
 * 24  8  log index
 * 32  8  length of the state file
 * 40  4  CRC32C of the state file
 * 44  4  number for the next new segment
 * 48  4  number of segments
 * 52  4  number of extents
 * 56  …  per segment, ascending by number: number 4, kind 2 (1 own, 2 mixed), 1 if sealed else 0 2, log 8,
 *        length of the segment 8, length of its index 8
 *     …  per extent, ascending by log and offset: log 8, segment 4, first offset 8, last offset 8, bodies 8,
 *        encoded bytes 8, start 8, end 8
 *     4  CRC32C of all before
 * </pre>
 *
 * Immutable.
 */
record Manifest(int shard, long number, long index, long stateBytes, int stateCrc, SegmentTable table) {
    private static final long MAGIC = 0x50524D414E494645L;
    private static final short VERSION = 2;
    private static final int FIXED_BYTES = 56;
    private static final int SEGMENT_BYTES = 32;
    private static final int EXTENT_BYTES = 60;

    /** The manifest before the first checkpoint. */
    static Manifest none(int shard) {
        return new Manifest(shard, 0, 0, 0, 0, SegmentTable.EMPTY);
    }

    ByteBuffer encode() {
        int segments = table.segments().size();
        int extents = table.extents().size();
        int bytes = Math.toIntExact(FIXED_BYTES + (long) segments * SEGMENT_BYTES + (long) extents * EXTENT_BYTES + 4);
        ByteBuffer target = ByteBuffer.allocate(bytes);
        target.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(shard);
        target.putLong(number).putLong(index).putLong(stateBytes).putInt(stateCrc);
        target.putInt(table.nextSegment()).putInt(segments).putInt(extents);
        for (SegmentInfo segment : table.segments()) {
            target.putInt(segment.number()).putShort((short) (segment.kind() == Kind.OWN ? 1 : 2));
            target.putShort((short) (segment.isSealed() ? 1 : 0)).putLong(segment.logId());
            target.putLong(segment.bytes()).putLong(segment.indexBytes());
        }
        for (Extent extent : table.extents()) {
            target.putLong(extent.logId()).putInt(extent.segment());
            target.putLong(extent.firstOffset()).putLong(extent.lastOffset());
            target.putLong(extent.count()).putLong(extent.bytes());
            target.putLong(extent.position()).putLong(extent.end());
        }
        return target.putInt(crcOf(target, bytes - 4)).flip();
    }

    static Manifest decode(ByteBuffer source, Path file, int shard) {
        int bytes = source.remaining();
        if (bytes < 12 || source.getLong(0) != MAGIC) {
            throw CheckpointException.damaged(file, 0, "this is no manifest");
        }
        if (source.getInt(bytes - 4) != crcOf(source, bytes - 4)) {
            throw CheckpointException.damaged(file, bytes - 4, "the checksum of the manifest does not match");
        }
        short version = source.getShort(8);
        if (version != VERSION || bytes < FIXED_BYTES + 4 || source.getShort(10) != 0) {
            throw CheckpointException.damaged(
                    file,
                    8,
                    "expected format version " + VERSION + " without flags, but found version " + version
                            + ", written by "
                            + (version < VERSION ? "a preview that is no longer read" : "a newer release"));
        }
        int segments = source.getInt(48);
        int extents = source.getInt(52);
        if (source.getInt(12) != shard
                || segments < 0
                || extents < 0
                || FIXED_BYTES + (long) segments * SEGMENT_BYTES + (long) extents * EXTENT_BYTES + 4 != bytes) {
            throw CheckpointException.damaged(
                    file,
                    12,
                    "expected shard " + shard + " and tables of the right length, but found shard " + source.getInt(12)
                            + " with " + segments + " segments and " + extents + " extents");
        }
        SegmentTable table = readTable(source.duplicate().position(FIXED_BYTES), source.getInt(44), segments, extents);
        return new Manifest(
                shard, source.getLong(16), source.getLong(24), source.getLong(32), source.getInt(40), table);
    }

    private static SegmentTable readTable(ByteBuffer source, int nextSegment, int segments, int extents) {
        List<SegmentInfo> segmentList = new ArrayList<>(segments);
        for (int i = 0; i < segments; i++) {
            segmentList.add(new SegmentInfo(
                    source.getInt(),
                    source.getShort() == 1 ? Kind.OWN : Kind.MIXED,
                    source.getShort() == 1,
                    source.getLong(),
                    source.getLong(),
                    source.getLong()));
        }
        List<Extent> extentList = new ArrayList<>(extents);
        for (int i = 0; i < extents; i++) {
            extentList.add(new Extent(
                    source.getLong(),
                    source.getInt(),
                    source.getLong(),
                    source.getLong(),
                    source.getLong(),
                    source.getLong(),
                    source.getLong(),
                    source.getLong()));
        }
        return new SegmentTable(nextSegment, segmentList, extentList);
    }

    private static int crcOf(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(length));
        return (int) crc.getValue();
    }
}
