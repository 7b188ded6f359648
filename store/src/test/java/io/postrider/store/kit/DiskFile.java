// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The bytes of one file of a simulated disk: what a process reads, and what a power loss leaves. Guarded by the monitor of its disk.
 *
 * <p>A failed force behaves as the page cache does: the bytes can still be read, but no later force brings them to the disk.
 */
final class DiskFile {
    private static final int SECTOR_BYTES = SimulatedDisk.SECTOR_BYTES;

    private byte[] bytes = {};
    private int size;
    private byte[] durable = {};
    private int durableSize;
    private final List<UnsyncedWrite> unsynced = new ArrayList<>();

    /** A write, or a cut at a position. */
    private record UnsyncedWrite(int position, byte[] bytes, boolean isCut) {
        int end() {
            return position + bytes.length;
        }
    }

    int size() {
        return size;
    }

    byte[] content() {
        return Arrays.copyOf(bytes, size);
    }

    int read(ByteBuffer target, long position) {
        int start = (int) Math.min(position, size);
        int length = Math.min(target.remaining(), size - start);
        target.put(bytes, start, length);
        return length;
    }

    void write(byte[] source, int position) {
        int end = position + source.length;
        bytes = withRoom(bytes, end);
        System.arraycopy(source, 0, bytes, position, source.length);
        size = Math.max(size, end);
        unsynced.add(new UnsyncedWrite(position, source, false));
    }

    void truncate(int length) {
        if (length < size) {
            Arrays.fill(bytes, length, size, (byte) 0);
            size = length;
            unsynced.add(new UnsyncedWrite(length, new byte[0], true));
        }
    }

    void force() {
        for (UnsyncedWrite write : unsynced) {
            durable = withRoom(durable, write.end());
            if (write.isCut()) {
                Arrays.fill(durable, write.position(), durable.length, (byte) 0);
            }
            System.arraycopy(write.bytes(), 0, durable, write.position(), write.bytes().length);
        }
        durable = withRoom(durable, size);
        durableSize = size;
        unsynced.clear();
    }

    void forceFailed() {
        unsynced.clear();
    }

    void flip(int position, int bit) {
        bytes[position] ^= (byte) (1 << bit);
        if (position < durableSize) {
            durable[position] ^= (byte) (1 << bit);
        }
    }

    /**
     * What the disk holds after the power was lost: all that was forced, and of each write since then some sectors, one of them
     * perhaps torn. A file that grew may have its new length without its new bytes, one that was cut its old length.
     */
    byte[] afterPowerLoss(RandomGenerator random) {
        byte[] result = Arrays.copyOf(durable, durableSize);
        if (unsynced.isEmpty()) {
            return result;
        }
        double share = random.nextDouble();
        int grownSize = random.nextInt(4) == 0 ? size : durableSize;
        result = Arrays.copyOf(result, Math.max(durableSize, grownSize));
        for (UnsyncedWrite write : unsynced) {
            int position = write.position();
            if (write.isCut() && position < result.length && random.nextDouble() < share) {
                result = Arrays.copyOf(result, position);
            }
            while (position < write.end()) {
                int sectorEnd = Math.min(write.end(), (position / SECTOR_BYTES + 1) * SECTOR_BYTES);
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

    private static byte[] withRoom(byte[] array, int length) {
        return length <= array.length ? array : Arrays.copyOf(array, Math.max(length, 2 * array.length));
    }
}
