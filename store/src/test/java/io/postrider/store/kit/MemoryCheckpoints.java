// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.store.checkpoint.CheckpointPlan;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.segment.BodyVisitor;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentStats;
import io.postrider.store.segment.WantedOffsets;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checkpoints in memory: what each log brings to a checkpoint is one segment, and segments of which nothing is wanted any more are
 * dropped. One thread.
 */
public final class MemoryCheckpoints implements Checkpoints {
    private final Map<Integer, TreeMap<Long, byte[]>> bodies = new HashMap<>();
    private final List<Extent> extents = new ArrayList<>();
    private long index;
    private byte[] state = new byte[0];
    private int nextSegment = 1;

    @Override
    public Loaded load() {
        return new Loaded(index, ByteBuffer.wrap(state).asReadOnlyBuffer(), List.copyOf(extents));
    }

    @Override
    public Written write(CheckpointPlan plan) {
        index = plan.index();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuffer piece : plan.state()) {
            byte[] copy = new byte[piece.remaining()];
            piece.duplicate().get(copy);
            bytes.writeBytes(copy);
        }
        state = bytes.toByteArray();
        extents.removeIf(extent -> {
            WantedOffsets wanted = plan.wanted().apply(extent.logId());
            boolean isGone = wanted == null || wanted.count(extent.firstOffset(), extent.lastOffset()) == 0;
            if (isGone) {
                bodies.remove(extent.segment());
            }
            return isGone;
        });
        Map<Long, TreeMap<Long, byte[]>> fresh = new TreeMap<>();
        plan.bodies().forEach((logId, offset, encoded) -> {
            byte[] copy = new byte[encoded.remaining()];
            encoded.get(copy);
            fresh.computeIfAbsent(logId, id -> new TreeMap<>()).put(offset, copy);
        });
        fresh.forEach((logId, log) -> {
            int segment = nextSegment++;
            bodies.put(segment, log);
            extents.add(new Extent(logId, segment, log.firstKey(), log.lastKey(), log.size(), 1, 0, 1));
        });
        return new Written(List.copyOf(extents), 0, 0, 0);
    }

    @Override
    public boolean read(Extent extent, long fromOffset, BodyVisitor visitor) {
        TreeMap<Long, byte[]> segment = bodies.get(extent.segment());
        if (segment == null) {
            return false;
        }
        for (Map.Entry<Long, byte[]> body : segment.tailMap(fromOffset, true).entrySet()) {
            if (!visitor.body(body.getKey(), ByteBuffer.wrap(body.getValue()))) {
                break;
            }
        }
        return true;
    }

    @Override
    public SegmentStats stats() {
        return new SegmentStats(bodies.size(), 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
}
