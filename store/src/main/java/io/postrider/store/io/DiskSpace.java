// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Whether the disk under a directory has room for more messages. Any thread; asking for the state is free, measuring is not.
 *
 * <p>Low below a minimum of usable bytes, and while somebody was refused space; open again above one and a quarter of the minimum, so
 * that it does not flutter at the border. {@link DiskSpaceWatch} measures regularly.
 */
public final class DiskSpace {
    /** What senders are told. */
    public enum State {
        /** There is room. */
        OK,
        /** Too little is left: what adds messages should wait, what removes them should go on. */
        LOW
    }

    /** More frequent measurements answer with the last one. */
    static final long MEASURE_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final FileAccess files;
    private final Path directory;
    private final long minFreeBytes;
    private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();

    private volatile State state = State.OK;
    private volatile long usableBytes = Long.MAX_VALUE;
    private boolean isMeasured; // the monitor guards these
    private boolean isUnmeasurable;
    private long measuredAtNs;
    private int shortages;

    /**
     * @param minFreeBytes usable bytes below which the disk is low; 0 to go by refused space only
     */
    public DiskSpace(FileAccess files, Path directory, long minFreeBytes) {
        if (minFreeBytes < 0) {
            throw new IllegalArgumentException("Expected free bytes of at least 0, but got " + minFreeBytes);
        }
        this.files = files;
        this.directory = directory;
        this.minFreeBytes = minFreeBytes;
    }

    public State state() {
        return state;
    }

    /** As measured last; the largest number before the first time. */
    public long usableBytes() {
        return usableBytes;
    }

    public long minFreeBytes() {
        return minFreeBytes;
    }

    /** Told of every change, on the thread that found it; must return at once. */
    public void onChange(Consumer<State> listener) {
        listeners.add(listener);
    }

    /**
     * Measures, unless that was done less than 200 ms ago. Asks the file system: any thread but a shard's or an event loop.
     *
     * @param nowNs monotonic
     */
    public synchronized State check(long nowNs) {
        if (isMeasured && nowNs - measuredAtNs < MEASURE_EVERY_NS) {
            return state;
        }
        isMeasured = true;
        measuredAtNs = nowNs;
        try {
            usableBytes = files.usableBytes(directory);
            isUnmeasurable = false;
        } catch (IOException e) {
            if (!isUnmeasurable) {
                StoreLog.spaceUnknown(directory, e); // once; what was true last stays
            }
            isUnmeasurable = true;
        }
        decide("measured");
        return state;
    }

    /** Somebody cannot go on for lack of space, whatever is measured; until {@link #shortageOver}. */
    public synchronized void shortage() {
        shortages++;
        decide("space was refused");
    }

    /** One shortage is over. */
    public synchronized void shortageOver() {
        shortages--;
        decide("space was found");
    }

    private void decide(String reason) {
        long openFrom = minFreeBytes + minFreeBytes / 4;
        long needed = state == State.LOW ? openFrom : minFreeBytes;
        State next = shortages > 0 || usableBytes < needed ? State.LOW : State.OK;
        if (next == state) {
            return;
        }
        StoreLog.spaceChanged(directory, state, next, reason, usableBytes, minFreeBytes);
        state = next;
        listeners.forEach(listener -> listener.accept(next));
    }
}
