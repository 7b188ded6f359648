// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Files in memory that know what of them is on the disk: {@link #powerLoss} leaves what was forced, and any part of the rest.
 * A {@link Plan} makes chosen operations fail. Any thread.
 *
 * <p>A failed force behaves as the page cache does: the bytes can still be read, but no later force brings them to the disk.
 */
public final class FaultyFiles implements FileAccess {
    private static final int SECTOR_BYTES = 512;

    /** What may fail. */
    public enum Operation {
        /** Not counted, so that a plan may fail every operation that changes something in turn. */
        READ,
        CREATE,
        WRITE,
        FORCE,
        RENAME,
        DELETE,
        SYNC_DIRECTORY
    }

    /** How an operation fails. */
    public enum Fault {
        NONE,
        /** An I/O error; nothing was done. */
        FAIL,
        /** An error after half of the bytes were written. */
        SHORT_WRITE,
        /** The disk is full. */
        NO_SPACE,
        /** The power goes before the operation; every later one fails too. */
        POWER_LOSS
    }

    /** Decides about each operation; may block. {@code count} is 1 for the first operation of these files. */
    @FunctionalInterface
    public interface Plan {
        Fault at(Operation operation, long count, Path path);
    }

    private final Map<Path, MemoryFile> files = new TreeMap<>();
    private final Map<Path, MemoryFile> durableFiles = new TreeMap<>();
    private final List<NameChange> unsyncedNames = new ArrayList<>();
    private long operations;
    private boolean isDead;
    private long usableBytes = Long.MAX_VALUE;
    private volatile Plan plan = (operation, count, path) -> Fault.NONE;

    /** {@code from} null: {@code to} was created. {@code to} null: {@code from} was deleted. */
    private record NameChange(Path from, Path to, MemoryFile file) {
        Path directory() {
            return (from == null ? to : from).getParent();
        }

        void applyTo(Map<Path, MemoryFile> names) {
            if (from != null) {
                names.remove(from);
            }
            if (to != null) {
                names.put(to, file);
            }
        }
    }

    private record UnsyncedWrite(int position, byte[] bytes) {}

    public void plan(Plan next) {
        plan = next;
    }

    /** Fails the operation with this number (from 1) and lets every other one pass. */
    public void failAt(long number, Fault fault) {
        plan = (operation, count, path) -> count == number && operation != Operation.READ ? fault : Fault.NONE;
    }

    public synchronized long operations() {
        return operations;
    }

    public synchronized byte[] content(Path path) {
        return files.get(path).bytes();
    }

    /** Of all files together. */
    public synchronized long bytes() {
        return files.values().stream().mapToLong(file -> file.size).sum();
    }

    public synchronized List<Path> paths() {
        return List.copyOf(files.keySet());
    }

    /** Flips one bit of a file in place, on the disk and for those who have it open. */
    public synchronized void flip(Path path, int position) {
        files.get(path).flip(position);
    }

    /** The same files as a new process would find them now, all of it durable. */
    public synchronized FaultyFiles copy() {
        FaultyFiles copy = new FaultyFiles();
        files.forEach((path, file) -> copy.put(path, file.bytes()));
        return copy;
    }

    /** What a new process finds after this one ended without a power loss: all that was written, durable or not. */
    public synchronized FaultyFiles afterProcessCrash() {
        FaultyFiles next = new FaultyFiles();
        next.files.putAll(files);
        next.durableFiles.putAll(durableFiles);
        next.unsyncedNames.addAll(unsyncedNames);
        isDead = true;
        return next;
    }

    /** Adds or replaces a durable file. */
    public synchronized void put(Path path, byte[] bytes) {
        MemoryFile file = new MemoryFile();
        file.write(bytes, 0);
        file.force();
        files.put(path, file);
        durableFiles.put(path, file);
    }

    /**
     * What is found after the power was lost now: everything forced, a prefix of the changes to each directory, and of each unforced write
     * some sectors, one of them perhaps torn.
     */
    public synchronized FaultyFiles powerLoss(RandomGenerator random) {
        isDead = true;
        FaultyFiles next = new FaultyFiles();
        Map<Path, MemoryFile> names = new TreeMap<>(durableFiles);
        int kept = random.nextInt(unsyncedNames.size() + 1);
        unsyncedNames.subList(0, kept).forEach(change -> change.applyTo(names));
        names.forEach((path, file) -> next.put(path, file.afterPowerLoss(random)));
        return next;
    }

    @Override
    public StoreFile open(Path path, Mode mode) throws IOException {
        if (mode == Mode.CREATE) {
            before(Operation.CREATE, path);
        }
        synchronized (this) {
            MemoryFile file = files.get(path);
            if (mode == Mode.CREATE) {
                file = new MemoryFile();
                change(new NameChange(null, path, file));
            }
            if (file == null) {
                throw new NoSuchFileException(path.toString());
            }
            return new OpenFile(path, file);
        }
    }

    @Override
    public void createDirectories(Path directory) {
        // Directories exist where files are.
    }

    @Override
    public synchronized boolean exists(Path path) {
        return files.containsKey(path);
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return files.keySet().stream()
                .filter(path -> path.getParent().equals(directory))
                .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        before(Operation.RENAME, to);
        synchronized (this) {
            MemoryFile file = files.get(from);
            if (file == null) {
                throw new NoSuchFileException(from.toString());
            }
            change(new NameChange(from, to, file));
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        before(Operation.DELETE, path);
        synchronized (this) {
            if (files.containsKey(path)) {
                change(new NameChange(path, null, null));
            }
        }
    }

    @Override
    public synchronized long usableBytes(Path directory) {
        return usableBytes;
    }

    /** What {@link #usableBytes(Path)} says from now on. */
    public synchronized void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        before(Operation.SYNC_DIRECTORY, directory);
        synchronized (this) {
            unsyncedNames.stream()
                    .filter(change -> change.directory().equals(directory))
                    .forEach(change -> change.applyTo(durableFiles));
            unsyncedNames.removeIf(change -> change.directory().equals(directory));
        }
    }

    private void change(NameChange change) {
        change.applyTo(files);
        unsyncedNames.add(change);
    }

    private Fault before(Operation operation, Path path) throws IOException {
        long count;
        synchronized (this) {
            if (isDead) {
                throw new IOException("The power is off");
            }
            count = operation == Operation.READ ? 0 : ++operations;
        }
        Fault fault = plan.at(operation, count, path);
        switch (fault) {
            case NONE, SHORT_WRITE -> {}
            case FAIL -> {
                if (operation != Operation.FORCE) {
                    throw new IOException("Input/output error");
                }
            }
            case NO_SPACE -> throw new IOException("No space left on device");
            case POWER_LOSS -> {
                synchronized (this) {
                    isDead = true;
                }
                throw new IOException("The power is off");
            }
        }
        return fault;
    }

    private static final class MemoryFile {
        private byte[] bytes = {};
        private int size;
        private byte[] durableBytes = {};
        private final List<UnsyncedWrite> unsynced = new ArrayList<>();

        byte[] bytes() {
            return Arrays.copyOf(bytes, size);
        }

        void write(byte[] source, int position) {
            int end = position + source.length;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            System.arraycopy(source, 0, bytes, position, source.length);
            size = Math.max(size, end);
            unsynced.add(new UnsyncedWrite(position, source));
        }

        void force() {
            durableBytes = Arrays.copyOf(durableBytes, size);
            for (UnsyncedWrite write : unsynced) {
                System.arraycopy(write.bytes(), 0, durableBytes, write.position(), write.bytes().length);
            }
            unsynced.clear();
        }

        void flip(int position) {
            bytes[position] ^= 1;
            if (position < durableBytes.length) {
                durableBytes[position] ^= 1;
            }
        }

        void forceFailed() {
            unsynced.clear();
        }

        byte[] afterPowerLoss(RandomGenerator random) {
            byte[] result = durableBytes.clone();
            double share = random.nextDouble();
            for (UnsyncedWrite write : unsynced) {
                int position = write.position();
                int end = position + write.bytes().length;
                while (position < end) {
                    int sectorEnd = Math.min(end, (position / SECTOR_BYTES + 1) * SECTOR_BYTES);
                    if (random.nextDouble() < share) {
                        int length = sectorEnd - position;
                        int kept = random.nextInt(8) == 0 ? random.nextInt(length + 1) : length;
                        result = Arrays.copyOf(result, Math.max(result.length, position + kept));
                        System.arraycopy(write.bytes(), position - write.position(), result, position, kept);
                    }
                    position = sectorEnd;
                }
            }
            return result;
        }
    }

    private final class OpenFile implements StoreFile {
        private final Path path;
        private final MemoryFile file;

        OpenFile(Path path, MemoryFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (FaultyFiles.this) {
                return file.size;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            before(Operation.READ, path);
            synchronized (FaultyFiles.this) {
                int length = (int) Math.max(0, Math.min(target.remaining(), file.size - position));
                target.put(file.bytes, (int) Math.min(position, file.size), length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            Fault fault = before(Operation.WRITE, path);
            byte[] bytes = new byte[fault == Fault.SHORT_WRITE ? source.remaining() / 2 : source.remaining()];
            source.get(bytes);
            synchronized (FaultyFiles.this) {
                file.write(bytes, (int) position);
            }
            if (fault == Fault.SHORT_WRITE) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void force(boolean withMetadata) throws IOException {
            Fault fault = before(Operation.FORCE, path);
            synchronized (FaultyFiles.this) {
                if (fault != Fault.NONE) {
                    file.forceFailed();
                    throw new IOException("Input/output error");
                }
                file.force();
            }
        }

        @Override
        public void close() {
            // Memory needs no closing.
        }
    }
}
