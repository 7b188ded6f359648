// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.RealFiles;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers on several threads see right bytes or learn that a segment is gone, while segments are written, cleaned and deleted. */
class CheckpointReadersTest {
    private static final SegmentSettings SETTINGS =
            new SegmentSettings(20_000, 3_000, 5, 80_000, 15_000, 200_000, 2_000, 3);
    private static final int READERS = 3;
    private static final int CHECKPOINTS = 150;

    private volatile List<Extent> extents = List.of();
    private volatile boolean isDone;

    @Test
    void readersNeverSeeWrongBytes(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try (FileCheckpoints store = FileCheckpoints.open(new RealFiles(), directory, 0, SETTINGS)) {
            List<Future<long[]>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(reader(store, new Random(seed + i))));
            }

            writeCheckpoints(store, new Random(seed));
            isDone = true;

            long bodies = 0;
            for (Future<long[]> reader : readers) {
                bodies += reader.get()[0];
            }
            assertTrue(bodies > 1_000, bodies + " bodies read");
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            isDone = true;
            threads.shutdown();
        }
    }

    @Test
    void anInterruptedReaderDoesNotSpoilTheFileForOthers(@TempDir Path directory) {
        CheckpointModel model = new CheckpointModel();
        for (int i = 0; i < 400; i++) {
            model.add(1, body(1, i));
        }
        try (FileCheckpoints store = FileCheckpoints.open(new RealFiles(), directory, 0, SETTINGS)) {
            Extent extent = store.write(model.plan()).extents().get(0);
            assertTrue(extent.bytes() > 70_000, "more than one read takes");
            List<Long> seen = new ArrayList<>();

            boolean isThere = store.read(extent, 0, (offset, body) -> {
                if (offset == 3) {
                    Thread.currentThread().interrupt();
                    assertThrows(CheckpointException.class, () -> store.read(extent, 50, (other, bytes) -> true));
                    assertTrue(Thread.interrupted());
                }
                return seen.add(offset);
            });

            assertTrue(isThere);
            assertEquals(LongStream.rangeClosed(0, extent.lastOffset()).boxed().toList(), seen);
            assertTrue(store.read(extent, 50, (offset, body) -> true));
        }
    }

    private Callable<long[]> reader(FileCheckpoints store, Random random) {
        return () -> {
            long bodies = 0;
            List<Extent> old = List.of();
            while (!isDone) {
                List<Extent> current = random.nextInt(4) == 0 ? old : extents;
                if (!current.isEmpty()) {
                    Extent extent = current.get(random.nextInt(current.size()));
                    bodies += read(store, extent, extent.firstOffset() + random.nextInt(50));
                }
                old = random.nextInt(10) == 0 ? extents : old;
            }
            return new long[] {bodies};
        };
    }

    private static long read(FileCheckpoints store, Extent extent, long from) {
        long[] bodies = {0};
        store.read(extent, from, (offset, body) -> {
            assertEquals(ByteBuffer.wrap(body(extent.logId(), offset)), body);
            bodies[0]++;
            return bodies[0] < 100;
        });
        return bodies[0];
    }

    private void writeCheckpoints(FileCheckpoints store, Random random) {
        CheckpointModel model = new CheckpointModel();
        long[] offsets = new long[10];
        for (int i = 0; i < CHECKPOINTS; i++) {
            int bodies = random.nextInt(300);
            for (int n = 0; n < bodies; n++) {
                int logId = random.nextInt(1 + random.nextInt(10));
                model.add(logId, body(logId, offsets[logId]++));
            }
            for (TreeMap<Long, byte[]> log : model.logs().values()) {
                log.keySet().removeIf(offset -> random.nextInt(4) == 0);
            }
            extents = store.write(model.plan()).extents();
        }
        model.check(store);
    }

    /** The only right bytes for a log and an offset. */
    private static byte[] body(long logId, long offset) {
        Random random = new Random(logId * 1_000_003 + offset);
        byte[] body = new byte[random.nextInt(random.nextInt(20) == 0 ? 5_000 : 400)];
        random.nextBytes(body);
        return body;
    }
}
