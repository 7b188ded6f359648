// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that are read but never changed, whatever is asked of them: opening a journal writes its end again and cuts what is torn, and
 * a tool must not. Writes are only compared with what is there. Owned by one thread.
 */
final class UnchangedFiles implements FileAccess {
    private final FileAccess real;
    private final List<Change> changes = new ArrayList<>();

    /** A write, cut or deletion that would have changed bytes, from the first different one on. */
    record Change(Path file, long position) {}

    UnchangedFiles(FileAccess real) {
        this.real = real;
    }

    List<Change> changes() {
        return changes;
    }

    @Override
    public StoreFile open(Path path, Mode mode) throws IOException {
        if (mode == Mode.CREATE) {
            throw refused("create", path);
        }
        return new UnchangedFile(real.open(path, Mode.READ));
    }

    @Override
    public void createDirectories(Path directory) {
        // Where nothing is, nothing is found.
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return real.usableBytes(directory);
    }

    @Override
    public boolean exists(Path path) {
        return real.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try {
            return real.list(directory);
        } catch (NoSuchFileException e) {
            return List.of(); // nothing was created, so there may be no directory
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        throw refused("rename", from);
    }

    /** What a start deletes is left over from a crash, and nothing reads it. */
    @Override
    public void delete(Path path) {
        changes.add(new Change(path, 0));
    }

    @Override
    public void syncDirectory(Path directory) {
        // Nothing was changed.
    }

    private static IOException refused(String what, Path path) {
        return new IOException("Expected to change nothing, but was asked to " + what + " a file [file=" + path + "]");
    }

    private final class UnchangedFile implements StoreFile {
        private final StoreFile file;

        UnchangedFile(StoreFile file) {
            this.file = file;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            ByteBuffer present = ByteBuffer.allocate(source.remaining());
            file.read(present, position);
            int different = present.flip().mismatch(source);
            if (different >= 0) {
                changes.add(new Change(path(), position + different));
            }
            source.position(source.limit());
        }

        @Override
        public void truncate(long bytes) throws IOException {
            if (bytes < size()) {
                changes.add(new Change(path(), bytes));
            }
        }

        @Override
        public void force(boolean withMetadata) {
            // Nothing was changed.
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
