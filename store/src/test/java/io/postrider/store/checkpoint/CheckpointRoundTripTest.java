// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random logs, bodies and wanted sets over many checkpoints, compared with maps after each, across reopening. */
class CheckpointRoundTripTest {
    /** Small numbers, so that every rule about sizes is met within a few checkpoints. */
    static final SegmentSettings SMALL = new SegmentSettings(2_000, 300, 5, 8_000, 1_500, 20_000, 200, 3);

    @Test
    void everythingWantedIsThereAfterEachCheckpoint() {
        for (int seed = 1; seed <= 150; seed++) {
            try {
                run(seed, new FaultyFiles(), Path.of("checkpoint"), SMALL, 30, 300);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void realFilesAndSizesDoTheSame(@TempDir Path directory) {
        long seed = System.nanoTime();
        try {
            run(seed, new RealFiles(), directory, SegmentSettings.DEFAULTS, 8, 40_000);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static void run(
            long seed, FileAccess files, Path directory, SegmentSettings settings, int checkpoints, int bodySize) {
        Random random = new Random(seed);
        CheckpointModel model = new CheckpointModel();
        FileCheckpoints store = FileCheckpoints.open(files, directory, 3, settings);
        for (int i = 0; i < checkpoints; i++) {
            change(model, random, bodySize);

            Checkpoints.Written written = store.write(model.plan());

            model.checkBodies(store, written.extents());
            if (random.nextInt(3) == 0) {
                store.close();
                store = FileCheckpoints.open(files, directory, 3, settings);
            }
            model.check(store);
            checkReadsFromAnyOffset(model, store, written.extents(), random);
        }
        store.close();
    }

    private static void change(CheckpointModel model, Random random, int bodySize) {
        int logs = 1 + random.nextInt(20);
        if (random.nextInt(5) == 0) {
            long logId = random.nextInt(logs) - 3L;
            model.drop(logId);
            if (random.nextBoolean()) {
                model.forgetOffsets(logId); // a new log of that name begins anew
            }
        }
        int bodies = random.nextInt(80);
        int busyLog = random.nextInt(logs);
        for (int i = 0; i < bodies; i++) {
            long logId = (random.nextBoolean() ? busyLog : random.nextInt(logs)) - 3L;
            int bytes = random.nextInt(20) == 0 ? random.nextInt(20 * bodySize) : random.nextInt(bodySize);
            if (random.nextInt(4) == 0) {
                model.skipOffsets(logId, 1 + random.nextInt(5));
            }
            byte[] body = new byte[bytes];
            random.nextBytes(body);
            model.add(logId, body);
        }
        double doneShare = random.nextDouble() * random.nextDouble();
        for (Map.Entry<Long, TreeMap<Long, byte[]>> log : model.logs().entrySet()) {
            for (long offset : new ArrayList<>(log.getValue().keySet())) {
                if (random.nextDouble() < doneShare) {
                    model.done(log.getKey(), offset);
                }
            }
        }
    }

    private static void checkReadsFromAnyOffset(
            CheckpointModel model, Checkpoints store, List<Extent> extents, Random random) {
        for (Extent extent : extents) {
            TreeMap<Long, byte[]> log = model.logs().getOrDefault(extent.logId(), new TreeMap<>());
            long from = extent.firstOffset() - 1 + random.nextLong(extent.lastOffset() - extent.firstOffset() + 3);
            List<Long> offsets = new ArrayList<>();

            boolean isThere = store.read(extent, from, (offset, body) -> {
                offsets.add(offset);
                byte[] expected = log.get(offset);
                if (expected != null) {
                    assertArrayEquals(expected, CheckpointModel.copy(body));
                }
                return offsets.size() < 3;
            });

            assertTrue(isThere);
            assertTrue(offsets.stream().allMatch(offset -> offset >= from));
            Long firstWanted = log.ceilingKey(Math.max(from, extent.firstOffset()));
            if (firstWanted != null && firstWanted <= extent.lastOffset() && offsets.size() < 3) {
                assertTrue(offsets.contains(firstWanted), extent + " from " + from + ": " + offsets);
            }
        }
        assertEquals(extents, store.load().extents());
    }
}
