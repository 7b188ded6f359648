// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The claim of one broker on one store directory. Immutable; held from {@link #acquire} to {@link #close}, or until the
 * process ends: the operating system frees it, so a killed broker leaves nothing behind that blocks the next one.
 */
public final class StoreLock implements AutoCloseable {
    /** Name of the lock file in the store directory. The file stays; only the lock on it counts. */
    public static final String FILE_NAME = "store.lock";

    /**
     * The holder's description begins here and the lock covers the byte before: on systems where locks are mandatory the
     * description stays readable.
     */
    private static final int TEXT_POSITION = 1;

    private static final int TEXT_BYTES_MAX = 200;

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Claims a directory; creates it if it does not exist.
     *
     * @throws StoreLockedException if another broker holds it, or it cannot be written
     */
    public static StoreLock acquire(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = readHolder(channel);
                channel.close();
                throw new StoreLockedException("Expected to be the only broker on this store, but " + holder
                        + " has it open. Stop that one, or use another data directory [directory=" + directory + "]");
            }
            writeHolder(channel);
            return new StoreLock(channel);
        } catch (IOException e) {
            closeAfter(e, channel);
            throw new StoreLockedException(
                    "Expected to lock the store directory, but " + e + " [directory=" + directory + "]", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(0, TEXT_POSITION, false);
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process, which the file system cannot tell from a second claim
        }
    }

    private static String readHolder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(TEXT_BYTES_MAX);
        int length = channel.read(text, TEXT_POSITION);
        return length <= 0 ? "another process" : new String(text.array(), 0, length, StandardCharsets.UTF_8).strip();
    }

    private static void writeHolder(FileChannel channel) throws IOException {
        String text = "process " + ProcessHandle.current().pid();
        ByteBuffer bytes = ByteBuffer.wrap((" " + text + "\n").getBytes(StandardCharsets.UTF_8));
        channel.truncate(0);
        channel.write(bytes, 0);
    }

    private static void closeAfter(IOException failure, @Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close(); // frees the lock with it
        } catch (IOException e) {
            throw new StoreLockedException("Expected to release the store lock, but " + e, e);
        }
    }
}
