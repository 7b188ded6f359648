// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operating system's files. Immutable; any thread. */
public final class RealFiles implements FileAccess {
    /** Windows has no way to open a directory as a file; its metadata journal orders renames by itself. */
    private static final boolean DIRECTORIES_CAN_BE_FORCED =
            !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    @Override
    public StoreFile open(Path path, Mode mode) throws IOException {
        FileChannel channel = switch (mode) {
            case READ -> FileChannel.open(path, StandardOpenOption.READ);
            case WRITE -> FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            case CREATE ->
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING);
        };
        return new ChannelFile(path, channel);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectories(absolute);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isRegularFile).sorted().collect(Collectors.toUnmodifiableList());
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        long bytes =
                directory.toFile().getUsableSpace(); // one system call; a FileStore reads the mount table each time
        if (bytes == 0 && !Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        return bytes;
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (DIRECTORIES_CAN_BE_FORCED) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private record ChannelFile(Path path, FileChannel channel) implements StoreFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int start = target.position();
            while (target.hasRemaining()) {
                if (channel.read(target, position + (target.position() - start)) < 0) {
                    break;
                }
            }
            return target.position() - start;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int start = source.position();
            while (source.hasRemaining()) {
                channel.write(source, position + (source.position() - start));
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            channel.truncate(bytes);
        }

        @Override
        public void force(boolean withMetadata) throws IOException {
            channel.force(withMetadata);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
