// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import io.postrider.api.port.ShardLog;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The log entries of a backup that follow its checkpoint, one after another: {@code index(8) length(4) entry(length)}. Checksums are in the
 * backup's manifest. Stateless.
 */
final class EntryFile {
    private static final int HEADER_BYTES = 12;
    private static final int BUFFER_BYTES = 256 * 1024;

    private EntryFile() {}

    /** The name of the file with the entries after an index. */
    static String name(long afterIndex) {
        String digits = Long.toString(afterIndex);
        return "entries-" + "0".repeat(Math.max(0, 20 - digits.length())) + digits + ".log";
    }

    /** Adds entries of the log, from one index to another. */
    static void write(ShardLog log, long first, long last, BackupFiles.Growing out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long index = first; index <= last; index++) {
            ByteBuffer entry = log.read(index);
            if (entry == null) {
                throw new BackupException("Expected entry " + index + " in the log, but it was released");
            }
            if (buffer.remaining() < HEADER_BYTES + entry.remaining()) {
                out.write(buffer.flip());
                buffer.clear();
            }
            buffer.putLong(index).putInt(entry.remaining());
            if (buffer.remaining() >= entry.remaining()) {
                buffer.put(entry.duplicate());
            } else {
                out.write(buffer.flip());
                buffer.clear();
                out.write(entry.duplicate());
            }
        }
        out.write(buffer.flip());
    }

    /** Reads all entries of a file, which has been checked. */
    static void read(StoreFile file, Path path, long bytes, ShardLog.Visitor visitor) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        for (long position = 0; position < bytes; ) {
            file.read(header.clear(), position);
            int length = header.getInt(8);
            position += HEADER_BYTES;
            if (length < 1 || length > bytes - position) {
                throw new BackupException("Expected an entry that fits the file, but it has " + length + " bytes [file="
                        + path + ", position=" + position + "]");
            }
            ByteBuffer entry = ByteBuffer.allocate(length);
            file.read(entry, position);
            visitor.entry(header.getLong(0), entry.flip());
            position += length;
        }
    }
}
