// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.segment.BodySource;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.WantedOffsets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What a store of checkpoints must hold: maps in memory. Owned by one test. */
final class CheckpointModel {
    private final TreeMap<Long, TreeMap<Long, byte[]>> logs = new TreeMap<>();
    private final List<Body> pending = new ArrayList<>();
    private final Map<Long, Long> nextOffsets = new HashMap<>();
    private long index;

    record Body(long logId, long offset, byte[] bytes) {}

    /** Adds a body that the next plan brings. */
    void add(long logId, byte[] bytes) {
        add(logId, nextOffsets.getOrDefault(logId, 0L), bytes);
    }

    void add(long logId, long offset, byte[] bytes) {
        pending.add(new Body(logId, offset, bytes));
        nextOffsets.put(logId, offset + 1);
    }

    void skipOffsets(long logId, long count) {
        nextOffsets.merge(logId, count, Long::sum);
    }

    /** Nobody wants this body any more. */
    void done(long logId, long offset) {
        TreeMap<Long, byte[]> log = logs.get(logId);
        if (log != null) {
            log.remove(offset);
        }
    }

    void forgetOffsets(long logId) {
        nextOffsets.remove(logId);
    }

    void drop(long logId) {
        logs.remove(logId);
        pending.removeIf(body -> body.logId() == logId);
    }

    NavigableMap<Long, TreeMap<Long, byte[]>> logs() {
        return logs;
    }

    long index() {
        return index;
    }

    /** What the store must hold when a plan is in force, or before it. */
    CheckpointModel copy() {
        CheckpointModel copy = new CheckpointModel();
        logs.forEach((logId, log) -> copy.logs.put(logId, new TreeMap<>(log)));
        copy.pending.addAll(pending);
        copy.nextOffsets.putAll(nextOffsets);
        copy.index = index;
        return copy;
    }

    /** Makes a plan of everything pending, as if it were in force from now on. */
    CheckpointPlan plan() {
        index++;
        Map<Long, WantedOffsets> wanted = new HashMap<>();
        logs.forEach((logId, log) -> wanted.put(
                logId, wanted(log.keySet().stream().mapToLong(Long::longValue).toArray())));
        List<Body> bodies = List.copyOf(pending);
        pending.clear();
        Map<Long, Long> bytesByLog = new HashMap<>();
        for (Body body : bodies) {
            logs.computeIfAbsent(body.logId(), id -> new TreeMap<>()).put(body.offset(), body.bytes());
            bytesByLog.merge(body.logId(), (long) body.bytes().length, Long::sum);
        }
        List<ByteBuffer> state = List.of(bytes("state "), bytes("of " + index));
        return new CheckpointPlan(index, state, source(bodies, bytesByLog), wanted::get);
    }

    private static WantedOffsets wanted(long[] ascending) {
        return new WantedOffsets() {
            @Override
            public boolean contains(long offset) {
                return Arrays.binarySearch(ascending, offset) >= 0;
            }

            @Override
            public long count(long first, long last) {
                return rank(last + 1) - rank(first);
            }

            /** How many are below an offset. */
            private long rank(long offset) {
                int found = Arrays.binarySearch(ascending, offset);
                return found >= 0 ? found : -found - 1;
            }
        };
    }

    private static BodySource source(List<Body> bodies, Map<Long, Long> bytesByLog) {
        return new BodySource() {
            @Override
            public Map<Long, Long> bytesByLog() {
                return Collections.unmodifiableMap(bytesByLog);
            }

            @Override
            public void forEach(Sink sink) {
                for (Body body : bodies) {
                    sink.body(
                            body.logId(),
                            body.offset(),
                            ByteBuffer.wrap(body.bytes()).asReadOnlyBuffer());
                }
            }
        };
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
    }

    /** Checks that a store holds exactly this, by reading everything back. Unwanted bodies may still be there. */
    void check(Checkpoints store) {
        Checkpoints.Loaded loaded = store.load();
        assertEquals(index, loaded.index());
        assertEquals(
                index == 0 ? "" : "state of " + index,
                StandardCharsets.UTF_8.decode(loaded.state()).toString());
        checkBodies(store, loaded.extents());
    }

    void checkBodies(Checkpoints store, List<Extent> extents) {
        Map<Long, TreeMap<Long, byte[]>> found = new TreeMap<>();
        Extent before = null;
        for (Extent extent : extents) {
            if (before != null && before.logId() == extent.logId()) {
                assertTrue(before.lastOffset() < extent.firstOffset(), before + " overlaps " + extent);
            }
            before = extent;
            TreeMap<Long, byte[]> log = found.computeIfAbsent(extent.logId(), id -> new TreeMap<>());
            int sizeBefore = log.size();
            long[] bytes = {0};
            assertTrue(store.read(extent, Long.MIN_VALUE, (offset, body) -> {
                bytes[0] += body.remaining();
                log.put(offset, copy(body));
                return true;
            }));
            assertEquals(extent.count(), log.size() - sizeBefore, () -> "bodies of " + extent);
            assertEquals(extent.bytes(), bytes[0], () -> "bytes of " + extent);
            checkFromMiddle(store, extent, log);
        }
        logs.forEach((logId, log) -> log.forEach((offset, body) -> assertArrayEquals(
                body,
                found.getOrDefault(logId, new TreeMap<>()).get(offset),
                () -> "log " + logId + ", offset " + offset)));
    }

    /** By the index, which a reading from the start does not need. */
    private static void checkFromMiddle(Checkpoints store, Extent extent, TreeMap<Long, byte[]> log) {
        for (long from : List.of((extent.firstOffset() + extent.lastOffset()) / 2, extent.lastOffset())) {
            List<Long> offsets = new ArrayList<>();
            assertTrue(store.read(extent, from, (offset, body) -> {
                assertArrayEquals(log.get(offset), copy(body));
                return offsets.add(offset);
            }));
            List<Long> expected = List.copyOf(
                    log.subMap(from, true, extent.lastOffset(), true).keySet());
            assertEquals(expected, offsets, () -> extent + " from " + from);
        }
    }

    static byte[] copy(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }
}
