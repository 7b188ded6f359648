// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.store.checkpoint.CheckpointImage;
import io.postrider.store.checkpoint.CheckpointStore;
import io.postrider.store.checkpoint.Survivor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Checkpoints in memory. Written on the broker's checkpoint thread. */
public final class MemoryCheckpoints implements CheckpointStore {
    private record Body(int addressId, long offset, byte[] encoded) {}

    private final TreeMap<Integer, List<Body>> segments = new TreeMap<>();
    private long index;
    private byte[] state = new byte[0];

    @Override
    public synchronized long load(Visitor visitor) {
        if (index > 0) {
            visitor.state(index, ByteBuffer.wrap(state));
            segments.forEach((segment, bodies) -> bodies.forEach(
                    body -> visitor.survivor(segment, body.addressId, body.offset, ByteBuffer.wrap(body.encoded))));
        }
        return index;
    }

    @Override
    public synchronized void write(CheckpointImage image) {
        index = image.index();
        ByteBuffer bytes = image.state().duplicate();
        state = new byte[bytes.remaining()];
        bytes.get(state);
        segments.keySet().retainAll(image.liveSegments());
        List<Body> bodies = new ArrayList<>();
        for (Survivor survivor : image.survivors()) {
            ByteBuffer encoded = ByteBuffer.allocate(survivor.encodedLength());
            survivor.encodeTo(encoded);
            bodies.add(new Body(survivor.addressId(), survivor.offset(), encoded.array()));
        }
        if (!bodies.isEmpty()) {
            segments.put(image.newSegment(), bodies);
        }
    }

    @Override
    public void close() {}
}
