// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The state of a shard in a file of its own, big-endian:
 *
 * <pre>
 *  0  8  magic "PRSTATE_"
 *  8  2  format version, 1
 * 10  2  flags: bit 0 encrypted (reserved); must be 0
 * 12  4  shard
 * 16  8  number of the checkpoint
 * 24  8  log index
 * 32  8  length of what follows
 * 40  …  the encoded state
 * </pre>
 *
 * The manifest has its length and checksum. Immutable.
 *
 * @param bytes length of the file
 * @param crc of the whole file
 */
record StateFile(long bytes, int crc) {
    private static final int HEADER_BYTES = 40;
    private static final long MAGIC = 0x505253544154455FL;
    private static final short VERSION = 1;
    private static final Pattern NAME = Pattern.compile("state-(\\d{1,18})\\.bin");

    static String name(long number) {
        String digits = Long.toString(number);
        return "state-" + "0".repeat(Math.max(0, 10 - digits.length())) + digits + ".bin";
    }

    /** The checkpoint number in the name of a state file, or -1 if it is none. */
    static long number(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Writes it durably, but not its name. */
    static StateFile write(FileAccess files, Path directory, int shard, long number, long index, List<ByteBuffer> state)
            throws IOException {
        long length = state.stream().mapToLong(ByteBuffer::remaining).sum();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES)
                .putLong(MAGIC)
                .putShort(VERSION)
                .putShort((short) 0)
                .putInt(shard)
                .putLong(number)
                .putLong(index)
                .putLong(length)
                .flip();
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate());
        try (StoreFile file = files.open(directory.resolve(name(number)), FileAccess.Mode.CREATE)) {
            file.write(header, 0);
            long position = HEADER_BYTES;
            for (ByteBuffer piece : state) {
                crc.update(piece.duplicate());
                file.write(piece.duplicate(), position);
                position += piece.remaining();
            }
            file.force(true);
            return new StateFile(position, (int) crc.getValue());
        }
    }

    /** Reads the encoded state that a manifest names. */
    static ByteBuffer read(FileAccess files, Path directory, Manifest manifest) throws IOException {
        Path path = directory.resolve(name(manifest.number()));
        if (!files.exists(path)) {
            throw CheckpointException.damaged(path, 0, "the state file is missing");
        }
        ByteBuffer bytes;
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            if (file.size() != manifest.stateBytes()) {
                throw CheckpointException.damaged(
                        path,
                        Math.min(file.size(), manifest.stateBytes()),
                        "expected a file of " + manifest.stateBytes() + " bytes, but it has " + file.size());
            }
            bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            bytes.flip();
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        if ((int) crc.getValue() != manifest.stateCrc()) {
            throw CheckpointException.damaged(path, 0, "the checksum of the state file does not match the manifest");
        }
        short version = bytes.getShort(8);
        if (bytes.getLong(0) != MAGIC || version != VERSION || bytes.getShort(10) != 0) {
            throw CheckpointException.damaged(
                    path, 0, "expected a state file of version " + VERSION + ", but found version " + version);
        }
        if (bytes.getLong(24) != manifest.index()) {
            throw CheckpointException.damaged(
                    path, 24, "expected index " + manifest.index() + ", but the state file has " + bytes.getLong(24));
        }
        return bytes.slice(HEADER_BYTES, bytes.remaining() - HEADER_BYTES).asReadOnlyBuffer();
    }
}
