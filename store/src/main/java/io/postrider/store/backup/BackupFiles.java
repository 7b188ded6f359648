// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import io.postrider.store.backup.BackupManifest.Parts;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Brings files into a backup directory. Every file there only ever grows: what an earlier backup has of it is not touched, so that one stays
 * whole until the new manifest is in force. Owned by one thread.
 */
final class BackupFiles {
    private static final int COPY_BYTES = 1 << 20;

    private final FileAccess files;
    private final Path directory;
    private final Map<String, Parts> before;
    private final SortedMap<String, Parts> now = new TreeMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    private long bytesCopied;

    /** @param before the files of the last backup in this directory */
    BackupFiles(FileAccess files, Path directory, Map<String, Parts> before) {
        this.files = files;
        this.directory = directory;
        this.before = before;
    }

    SortedMap<String, Parts> now() {
        return now;
    }

    long bytesCopied() {
        return bytesCopied;
    }

    /** How much of a file is there already. */
    long bytesThere(String name) throws IOException {
        return partsThere(name).bytes();
    }

    private Parts partsThere(String name) throws IOException {
        Parts parts = before.getOrDefault(name, Parts.NONE);
        Path path = directory.resolve(name);
        if (parts.bytes() > 0 && (!files.exists(path) || size(path) < parts.bytes())) {
            throw new BackupException("Expected " + parts.bytes()
                    + " bytes of the last backup, but the file is missing or shorter. Take the backup into an empty directory"
                    + " [file=" + path + "]");
        }
        return parts;
    }

    private long size(Path path) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            return file.size();
        }
    }

    /** Copies what is not there yet of the first bytes of a file. */
    void copy(Path source, String name, long bytes) throws IOException {
        long from = bytesThere(name);
        try (StoreFile in = files.open(source, FileAccess.Mode.READ);
                Growing out = grow(name)) {
            for (long position = from; position < bytes; ) {
                int length = in.read(buffer.clear().limit((int) Math.min(COPY_BYTES, bytes - position)), position);
                if (length == 0) {
                    throw new BackupException("Expected a file of " + bytes + " bytes, but it ends at " + position
                            + " [file=" + source + "]");
                }
                out.write(buffer.flip());
                position += length;
            }
            out.finish();
        }
    }

    /** Goes on at the end of what the last backup has of a file. */
    Growing grow(String name) throws IOException {
        Parts parts = partsThere(name);
        Path path = directory.resolve(name);
        boolean isThere = parts.bytes() > 0;
        StoreFile file = files.open(path, isThere ? FileAccess.Mode.WRITE : FileAccess.Mode.CREATE);
        return new Growing(file, name, parts);
    }

    /** A file that is being added to. */
    final class Growing implements AutoCloseable {
        private final StoreFile file;
        private final String name;
        private final Parts parts;
        private final CRC32C crc = new CRC32C();
        private long end;

        private Growing(StoreFile file, String name, Parts parts) {
            this.file = file;
            this.name = name;
            this.parts = parts;
            this.end = parts.bytes();
        }

        void write(ByteBuffer bytes) throws IOException {
            crc.update(bytes.duplicate());
            int length = bytes.remaining();
            file.write(bytes, end);
            end += length;
            bytesCopied += length;
        }

        /** Makes it durable and part of the backup. */
        void finish() throws IOException {
            boolean hasGrown = end > parts.bytes();
            if (file.size() > end) {
                file.truncate(end); // a backup that did not come to its end
            }
            if (hasGrown || parts.bytes() == 0) {
                file.force(true);
            }
            now.put(name, hasGrown ? parts.with(end, (int) crc.getValue()) : parts);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
