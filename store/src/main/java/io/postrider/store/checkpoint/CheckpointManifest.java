// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file that makes a checkpoint: it names all the others with length and checksum, big-endian:
 *
 * <pre>
 *  0  8  magic "PRMANIFE"
 *  8  2  format version, 1
 * 10  2  flags: bit 0 encrypted (reserved); must be 0
 * 12  4  shard
 * 16  8  number of the checkpoint: 1, 2, 3 …
 * 24  8  log index
 * 32  8  length of the state file
 * 40  4  CRC32C of the state file
 * 44  4  number of body segments
 * 48  …  per body segment, ascending: number 4, CRC32C of the file 4, length 8
 *     4  CRC32C of all before
 * </pre>
 *
 * Immutable.
 */
record CheckpointManifest(
        int shard, long number, long index, long stateBytes, int stateCrc, List<BodySegment> segments) {
    private static final long MAGIC = 0x50524D414E494645L;
    private static final short VERSION = 1;
    private static final int FIXED_BYTES = 48;
    private static final int SEGMENT_BYTES = 16;

    /** A body segment file as it was written. */
    record BodySegment(int number, int crc, long bytes) {}

    CheckpointManifest {
        segments = List.copyOf(segments);
    }

    /** The manifest before the first checkpoint. */
    static CheckpointManifest none(int shard) {
        return new CheckpointManifest(shard, 0, 0, 0, 0, List.of());
    }

    ByteBuffer encode() {
        int bytes = FIXED_BYTES + segments.size() * SEGMENT_BYTES + 4;
        ByteBuffer target = ByteBuffer.allocate(bytes);
        target.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(shard);
        target.putLong(number)
                .putLong(index)
                .putLong(stateBytes)
                .putInt(stateCrc)
                .putInt(segments.size());
        for (BodySegment segment : segments) {
            target.putInt(segment.number()).putInt(segment.crc()).putLong(segment.bytes());
        }
        target.putInt(crcOf(target, bytes - 4));
        return target.flip();
    }

    static CheckpointManifest decode(ByteBuffer source, Path file, int shard) {
        int bytes = source.remaining();
        if (bytes < FIXED_BYTES + 4 || source.getLong(0) != MAGIC) {
            throw CheckpointException.damaged(file, 0, "this is no manifest");
        }
        if (source.getInt(bytes - 4) != crcOf(source, bytes - 4)) {
            throw CheckpointException.damaged(file, bytes - 4, "the checksum of the manifest does not match");
        }
        short version = source.getShort(8);
        short flags = source.getShort(10);
        if (version != VERSION || flags != 0) {
            throw CheckpointException.damaged(
                    file,
                    8,
                    "expected version " + VERSION + " without flags, but found version " + version + " with flags "
                            + flags + ", written by a newer release");
        }
        int count = source.getInt(44);
        if (source.getInt(12) != shard || count != (bytes - FIXED_BYTES - 4) / SEGMENT_BYTES) {
            throw CheckpointException.damaged(
                    file,
                    12,
                    "expected shard " + shard + " and a table of the right length, but found shard " + source.getInt(12)
                            + " and " + count + " segments");
        }
        List<BodySegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = FIXED_BYTES + i * SEGMENT_BYTES;
            segments.add(new BodySegment(source.getInt(at), source.getInt(at + 4), source.getLong(at + 8)));
        }
        return new CheckpointManifest(
                shard, source.getLong(16), source.getLong(24), source.getLong(32), source.getInt(40), segments);
    }

    private static int crcOf(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(length));
        return (int) crc.getValue();
    }
}
