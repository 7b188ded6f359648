// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A disk in memory that can do everything wrong a disk can: fill up, fail an operation, become read-only, be slow, flip bits, lose its
 * power. Any thread; the same seed and the same operations in the same order give the same disk after a {@link #crash}.
 *
 * <p>After a power loss there is what was forced, and of the rest any part: sectors of each write, changes of names. See {@link
 * DiskFile} and {@link DiskNames}.
 */
public class SimulatedDisk implements FileAccess {
    public static final int SECTOR_BYTES = 512;

    /** What may fail. */
    public enum Operation {
        /** Not counted among all operations, so that a plan may fail every one that changes something in turn. */
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

    /** Decides about each operation; may block. {@code count} is 1 for the first operation of this disk, 0 for reads. */
    @FunctionalInterface
    public interface Plan {
        Fault at(Operation operation, long count, Path path);
    }

    /** A bit that was flipped. */
    public record Flip(Path path, int position, int bit) {}

    private final RandomGenerator random;
    private final DiskNames names = new DiskNames();
    private final DiskFaults faults = new DiskFaults();
    private long quotaBytes = Long.MAX_VALUE;
    private long usableBytes = -1; // what is said of it; -1 says the truth
    private long forceNs;
    private LongConsumer passTime = ns -> {};

    public SimulatedDisk(long seed) {
        random = new Random(seed);
    }

    // What goes wrong.

    /** Asked before each operation, besides what the methods below arrange. */
    public void plan(Plan next) {
        faults.plan(next);
    }

    /** Fails the operation with this number (from 1, all but reads counted) and lets every other one pass. */
    public void failAt(long number, Fault fault) {
        plan((operation, count, path) -> count == number ? fault : Fault.NONE);
    }

    /** Fails one operation of a kind: the next one for 1, the one after it for 2. */
    public void failNth(Operation operation, long number, Fault fault) {
        faults.failAt(operation, number, false, fault);
    }

    /** Fails every operation of a kind from now on. */
    public void failAll(Operation operation, Fault fault) {
        faults.failAt(operation, 1, true, fault);
    }

    /** Ends every fault but the quota, and what is flipped or lost. */
    public void heal() {
        faults.heal();
    }

    /** While on, nothing can be created, written, renamed or deleted, as on a file system the kernel gave up on. */
    public void setReadOnly(boolean readOnly) {
        faults.setReadOnly(readOnly);
    }

    /** Bytes all files may have together. What needs more fails for lack of space; what is deleted can be used again. */
    public synchronized void setQuotaBytes(long bytes) {
        quotaBytes = bytes;
    }

    /** What {@link #usableBytes(Path)} says from now on, whatever the quota is; -1 for the truth. */
    public synchronized void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    /** From now on each force takes this long, in a time that only the test knows. */
    public synchronized void slowForces(long ns, LongConsumer clock) {
        forceNs = ns;
        passTime = clock;
    }

    /** Flips one bit in place, on the disk and for those who have the file open. */
    public synchronized void flip(Path path, int position) {
        flip(new Flip(path, position, 0));
    }

    /** Flips one bit in place; once more, and it is as before. */
    public synchronized void flip(Flip flip) {
        names.now().get(flip.path()).flip(flip.position(), flip.bit());
    }

    /** Flips one bit of all there is, every one equally likely. */
    public synchronized Flip flipAnywhere() {
        long at = random.nextLong(bytes());
        for (Map.Entry<Path, DiskFile> entry : names.now().entrySet()) {
            int size = entry.getValue().size();
            if (at < size) {
                Flip flip = new Flip(entry.getKey(), (int) at, random.nextInt(8));
                flip(flip);
                return flip;
            }
            at -= size;
        }
        throw new IllegalStateException("Expected at least one byte on the disk");
    }

    // What is found afterwards.

    /** The disk as it is found after the power was lost now. Every further operation on this one fails. */
    public SimulatedDisk crash() {
        return powerLost(random, new SimulatedDisk(random.nextLong()));
    }

    /** The disk as a new process finds it after this one ended without a power loss: all that was written, durable or not. */
    public SimulatedDisk processCrash() {
        return processEnded(new SimulatedDisk(random.nextLong()));
    }

    /** The same files, all of it durable, without the faults. */
    public SimulatedDisk fork() {
        return copied(new SimulatedDisk(random.nextLong()));
    }

    final synchronized <D extends SimulatedDisk> D powerLost(RandomGenerator choice, D found) {
        faults.die();
        ((SimulatedDisk) found).quotaBytes = quotaBytes;
        names.afterPowerLoss(choice).forEach((path, file) -> found.put(path, file.afterPowerLoss(choice)));
        return found;
    }

    final synchronized <D extends SimulatedDisk> D processEnded(D found) {
        faults.die();
        ((SimulatedDisk) found).quotaBytes = quotaBytes;
        names.copyTo(((SimulatedDisk) found).names);
        return found;
    }

    final synchronized <D extends SimulatedDisk> D copied(D copy) {
        ((SimulatedDisk) copy).quotaBytes = quotaBytes;
        names.now().forEach((path, file) -> copy.put(path, file.content()));
        return copy;
    }

    /** Adds or replaces a durable file. */
    public synchronized void put(Path path, byte[] bytes) {
        DiskFile file = new DiskFile();
        file.write(bytes, 0);
        file.force();
        names.put(path, file);
    }

    public synchronized byte[] content(Path path) {
        return names.now().get(path).content();
    }

    /** Of all files together. */
    public synchronized long bytes() {
        return names.now().values().stream().mapToLong(DiskFile::size).sum();
    }

    public synchronized List<Path> paths() {
        return List.copyOf(names.now().keySet());
    }

    /** Operations so far, reads not counted. */
    public long operations() {
        return faults.operations();
    }

    // What a process sees.

    @Override
    public StoreFile open(Path path, Mode mode) throws IOException {
        if (mode == Mode.CREATE) {
            faults.before(Operation.CREATE, path);
        }
        synchronized (this) {
            DiskFile file = names.now().get(path);
            if (mode == Mode.CREATE) {
                if (quotaBytes - bytes() <= 0) {
                    throw DiskFaults.noSpace();
                }
                file = new DiskFile();
                names.create(path, file);
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
        return names.now().containsKey(path);
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return names.now().keySet().stream()
                .filter(path -> path.getParent().equals(directory))
                .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        faults.before(Operation.RENAME, to);
        synchronized (this) {
            if (!names.now().containsKey(from)) {
                throw new NoSuchFileException(from.toString());
            }
            names.rename(from, to);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        faults.before(Operation.DELETE, path);
        synchronized (this) {
            if (names.now().containsKey(path)) {
                names.delete(path);
            }
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        faults.before(Operation.SYNC_DIRECTORY, directory);
        synchronized (this) {
            names.sync(directory);
        }
    }

    @Override
    public synchronized long usableBytes(Path directory) {
        return usableBytes >= 0 ? usableBytes : Math.max(0, quotaBytes - bytes());
    }

    private final class OpenFile implements StoreFile {
        private final Path path;
        private final DiskFile file;

        OpenFile(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (SimulatedDisk.this) {
                return file.size();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            faults.before(Operation.READ, path);
            synchronized (SimulatedDisk.this) {
                return file.read(target, position);
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            Fault fault = faults.before(Operation.WRITE, path);
            int length = fault == Fault.SHORT_WRITE ? source.remaining() / 2 : source.remaining();
            synchronized (SimulatedDisk.this) {
                long growth = Math.max(0, position + length - file.size());
                long lacking = growth == 0 ? 0 : growth - Math.max(0, quotaBytes - bytes());
                byte[] bytes = new byte[(int) Math.max(0, length - Math.max(0, lacking))];
                source.get(bytes);
                file.write(bytes, (int) position);
                if (lacking > 0) {
                    throw DiskFaults.noSpace();
                }
            }
            if (fault == Fault.SHORT_WRITE) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            Fault fault = faults.before(Operation.WRITE, path);
            if (fault == Fault.SHORT_WRITE) {
                throw new IOException("Input/output error");
            }
            synchronized (SimulatedDisk.this) {
                file.truncate((int) Math.min(bytes, file.size()));
            }
        }

        @Override
        public void force(boolean withMetadata) throws IOException {
            Fault fault = faults.before(Operation.FORCE, path);
            synchronized (SimulatedDisk.this) {
                passTime.accept(forceNs);
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
