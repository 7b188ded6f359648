// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.io.StoreLog;
import io.postrider.store.segment.SegmentScrub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Reads all message segments again and again, slowly, on a thread of its own: a disk that forgets is noticed while there is still a
 * backup, and not when a consumer comes. Any thread may close it.
 */
public final class SegmentScrubber implements AutoCloseable {
    private static final int SLICE_BYTES = 256 * 1024;
    private static final int BUSY_FACTOR = 8;

    private final FileCheckpoints checkpoints;
    private final Path directory;
    private final ScrubSettings settings;
    private final LongSupplier activity;
    private final Runnable onChange;
    private final Thread thread;

    /** Guards isClosed. It is also what the thread sleeps on: an interrupt would close files that consumers read. */
    private final Object lock = new Object();

    private boolean isClosed;

    private SegmentScrubber(
            FileCheckpoints checkpoints, ScrubSettings settings, LongSupplier activity, Runnable onChange) {
        this.checkpoints = checkpoints;
        this.directory = checkpoints.directory();
        this.settings = settings;
        this.activity = activity;
        this.onChange = onChange;
        this.thread = new Thread(this::run, "postrider-scrub");
        this.thread.setDaemon(true);
    }

    /**
     * Begins the first round at once, unless the settings say never.
     *
     * @param activity any number that changes while the broker has work to do for others
     * @param onChange told after damage was found and at the end of a round; on the scrubber's thread
     */
    public static SegmentScrubber start(
            FileCheckpoints checkpoints, ScrubSettings settings, LongSupplier activity, Runnable onChange) {
        SegmentScrubber scrubber = new SegmentScrubber(checkpoints, settings, activity, onChange);
        if (!settings.isOff()) {
            scrubber.thread.start();
        }
        return scrubber;
    }

    private void run() {
        boolean goesOn = true;
        while (goesOn) {
            long startNs = System.nanoTime();
            goesOn = round();
            long passedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            goesOn = goesOn && pause(Math.max(1, settings.periodMs() - passedMs));
        }
    }

    /** Returns false when it is closed. */
    private boolean round() {
        SegmentScrub scrub = checkpoints.scrub();
        try {
            return read(scrub);
        } catch (IOException e) {
            StoreLog.scrubFailed(directory, e);
            return true;
        } finally {
            end(scrub);
        }
    }

    private boolean read(SegmentScrub scrub) throws IOException {
        long seen = activity.getAsLong();
        int damaged = scrub.damagedPlaces();
        long total = 0;
        while (true) {
            long bytes = scrub.read(SLICE_BYTES);
            total += bytes;
            if (scrub.damagedPlaces() != damaged) {
                damaged = scrub.damagedPlaces();
                onChange.run();
            }
            if (bytes < SLICE_BYTES) {
                if (scrub.segments() > 0) {
                    StoreLog.segmentsScrubbed(scrub.segments(), total, damaged);
                    onChange.run();
                }
                return true;
            }
            long now = activity.getAsLong();
            long sliceMs = Math.max(1, bytes * 1000 / settings.bytesPerSecond());
            if (!pause(now == seen ? sliceMs : BUSY_FACTOR * sliceMs)) {
                return false;
            }
            seen = now;
        }
    }

    private void end(SegmentScrub scrub) {
        try {
            scrub.end();
        } catch (IOException e) {
            StoreLog.scrubFailed(directory, e);
        }
    }

    /** Returns false when it is closed. */
    private boolean pause(long ms) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        synchronized (lock) {
            long leftMs = ms;
            while (!isClosed && leftMs > 0) {
                try {
                    lock.wait(leftMs);
                } catch (InterruptedException e) {
                    return false; // nobody interrupts it but who ends the process
                }
                leftMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
            }
            return !isClosed;
        }
    }

    /** Waits for the slice under way. */
    @Override
    public void close() {
        synchronized (lock) {
            isClosed = true;
            lock.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
