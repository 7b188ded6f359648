// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.segment.SegmentStats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How many bytes are written to disk per byte of messages, the journal counted as one, and how many files and bytes are kept. All sizes are
 * 1/64 of the defaults.
 */
class CheckpointAmplificationTest {
    private static final SegmentSettings SETTINGS =
            new SegmentSettings(16 << 10, 1 << 10, 256, 1 << 20, 256 << 10, 1 << 20, 4 << 10, 64);
    private static final int CHECKPOINT_BYTES = 1 << 20;
    private static final int BODY_BYTES = 400;

    private final FaultyFiles files = new FaultyFiles();
    private final CheckpointModel model = new CheckpointModel();
    private final FileCheckpoints store = FileCheckpoints.open(files, Path.of("checkpoint"), 0, SETTINGS);
    private final Random random = new Random(1);
    private long published;

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shortLivedMessagesAreWrittenOnce() {
        for (int i = 0; i < 20; i++) {
            published += CHECKPOINT_BYTES; // all of them done before the checkpoint
            store.write(model.plan());
        }

        assertEquals(1.0, amplification("short-lived"));
    }

    @Test
    void aBacklogIsWrittenTwice() {
        for (int i = 0; i < 40; i++) {
            publish(10, 1);
            store.write(model.plan());
        }
        for (int i = 0; i < 40; i++) {
            consumeInOrder(10, CHECKPOINT_BYTES);
            store.write(model.plan());
        }

        model.logs().clear();
        store.write(model.plan());

        assertTrue(amplification("backlog") <= 2.3); // 0.06 of it are record headers
        assertEquals(0, store.stats().segments());
    }

    @Test
    void aBacklogThatIsConsumedAsItGrowsIsWrittenTwice() {
        for (int i = 0; i < 20; i++) {
            publish(10, 1);
            store.write(model.plan());
        }
        for (int i = 0; i < 60; i++) {
            publish(10, 1);
            consumeInOrder(10, CHECKPOINT_BYTES);
            store.write(model.plan());
        }

        assertTrue(amplification("rolling backlog") <= 2.3);
    }

    @Test
    void sparseSurvivorsAreWrittenFourTimesAtMost() {
        for (int i = 0; i < 50; i++) {
            publish(10, 1);
            keep(0.5);
            store.write(model.plan());
        }

        assertTrue(amplification("sparse survivors, half of all go at each checkpoint") <= 4);
        assertDiskIsBounded(10);
    }

    @Test
    void oneInAHundredSurvivorsAreWrittenFourTimesAtMost() {
        for (int i = 0; i < 50; i++) {
            store.write(model.plan());
            keepOneIn(100);
            publish(1_000, 1);
        }

        assertTrue(amplification("sparse survivors, one in a hundred stays for ever") <= 4);
        assertDiskIsBounded(0);
    }

    @Test
    void mixedSurvivorsOfManySmallLogsAreWrittenFourTimesAtMost() {
        for (int i = 0; i < 50; i++) {
            publish(2_000, 1);
            keep(0.8);
            store.write(model.plan());
        }

        assertTrue(amplification("sparse survivors, a fifth of 2,000 logs goes at each checkpoint") <= 4);
        assertDiskIsBounded(0);
    }

    @Test
    void smallLogsStayInFewFilesAndFewExtents() {
        int logs = 1_000;
        for (int i = 0; i < 40; i++) {
            publish(logs, 1);
            store.write(model.plan());
        }

        long bytes = store.stats().bytesOnDisk();
        int extents = store.load().extents().size();
        System.out.printf("%d small logs: %d extents, %s%n", logs, extents, store.stats());
        assertTrue(store.stats().segments() <= 4 + bytes / SETTINGS.segmentBytesMax(), store.stats()::toString);
        assertTrue(extents <= 24 * logs + bytes / SETTINGS.ownAppendBytesMin(), extents + " extents");
        assertTrue(amplification("a backlog of many small logs") <= 4);
        model.check(store);
    }

    @Test
    void tenThousandSmallLogsStayInFewFiles() {
        for (int i = 0; i < 10; i++) {
            publish(10_000, 4);
            store.write(model.plan());
        }

        long bytes = store.stats().bytesOnDisk();
        assertTrue(store.stats().segments() <= 4 + bytes / SETTINGS.segmentBytesMax(), store.stats()::toString);
        model.check(store);
    }

    @Test
    void aHundredLogsOverManyCheckpointsStayInFewFiles() {
        for (int i = 0; i < 50; i++) {
            publish(100, 1);
            store.write(model.plan());
        }

        long bytes = store.stats().bytesOnDisk();
        int segments = store.stats().segments();
        assertTrue(segments <= 102 + bytes / SETTINGS.segmentBytesMax(), segments + " segments");
        model.check(store);
    }

    private void publish(int logs, int checkpoints) {
        for (int bytes = 0; bytes < checkpoints * CHECKPOINT_BYTES; bytes += BODY_BYTES) {
            model.add(random.nextInt(logs), new byte[BODY_BYTES]);
            published += BODY_BYTES;
        }
    }

    private void consumeInOrder(int logs, int bytes) {
        for (long logId = 0; logId < logs; logId++) {
            TreeMap<Long, byte[]> log = model.logs().get(logId);
            for (int i = 0; log != null && i <= bytes / BODY_BYTES / logs && !log.isEmpty(); i++) {
                log.pollFirstEntry();
            }
        }
    }

    private void keep(double share) {
        for (Map.Entry<Long, TreeMap<Long, byte[]>> log : model.logs().entrySet()) {
            for (long offset : new ArrayList<>(log.getValue().keySet())) {
                if (random.nextDouble() >= share) {
                    model.done(log.getKey(), offset);
                }
            }
        }
    }

    private void keepOneIn(int count) {
        model.logs().values().forEach(log -> log.keySet().removeIf(offset -> (offset + 7) % count != 0));
    }

    /**
     * What is on the disk is in proportion to what is wanted, but for what a few checkpoints bring, and for the unsealed segment of each
     * log that has its own.
     */
    private void assertDiskIsBounded(int ownLogs) {
        long wanted = model.logs().values().stream()
                .mapToLong(log -> (long) log.size() * (BODY_BYTES + 24))
                .sum();
        SegmentStats stats = store.stats();
        System.out.printf("  wanted %d, on disk %s%n", wanted, stats);
        assertTrue(
                stats.bytesOnDisk() <= 2.2 * wanted + 3 * CHECKPOINT_BYTES + ownLogs * SETTINGS.segmentBytesMax() / 2,
                stats::toString);
        model.check(store);
    }

    private double amplification(String what) {
        SegmentStats stats = store.stats();
        double factor = 1 + (double) stats.bytesWritten() / published;
        System.out.printf(
                "Write amplification, %s: %.2f (published %d, segments %d, of that cleaned %d)%n",
                what, factor, published, stats.bytesWritten(), stats.bytesCleaned());
        return factor;
    }
}
