// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.CheckpointPlan;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.segment.WantedOffsets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The image of a shard that a checkpoint writes, taken in one go at one index. It holds no messages: the state of each address, in bytes, and
 * sets of the offsets that are wanted. Both are kept from one checkpoint to the next for addresses that have not changed. Owned by the
 * shard's thread.
 */
final class CheckpointPlanner {
    private final ShardState state;
    private final ShardDisk disk;
    private final Map<Integer, Piece> pieces = new HashMap<>();
    private final ByteWriter out = new ByteWriter(64 * 1024);

    /** What was written of an address, and for which number of changes. */
    private record Piece(AddressState address, long changes, ByteBuffer state, WantedSnapshot wanted) {}

    CheckpointPlanner(ShardState state, ShardDisk disk) {
        this.state = state;
        this.disk = disk;
    }

    /** The image now, of which the index is the last entry applied. */
    CheckpointPlan plan(long index) {
        List<ByteBuffer> bytes = new ArrayList<>();
        out.reset();
        StateCodec.writeHead(state, out);
        bytes.add(written());
        Map<Long, WantedOffsets> wanted = new HashMap<>();
        Map<Integer, Piece> before = new HashMap<>(pieces);
        pieces.clear();
        for (AddressState address : state.addresses()) {
            Piece piece = piece(address, before.get(address.id()));
            pieces.put(address.id(), piece);
            bytes.add(piece.state());
            wanted.put((long) address.id(), piece.wanted());
        }
        for (StagedBodies.Body body : state.bodies().all()) {
            wanted.put(BodyIndex.stagedLog(body.id()), WHOLE);
        }
        return new CheckpointPlan(
                index, bytes, disk.bodies().journalBodies().wanted(index, wanted::get, disk.log()), wanted::get);
    }

    private Piece piece(AddressState address, @Nullable Piece before) {
        if (before != null && before.address() == address && before.changes() == address.changes()) {
            return before;
        }
        out.reset();
        StateCodec.writeAddress(address, out);
        return new Piece(address, address.changes(), written(), WantedSnapshot.of(address));
    }

    /** A copy of what was written, for another thread. */
    private ByteBuffer written() {
        ByteBuffer bytes = out.written();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip().asReadOnlyBuffer();
    }

    /** Every chunk of a body that is there is wanted. */
    private static final WantedOffsets WHOLE = new WantedOffsets() {
        @Override
        public boolean contains(long offset) {
            return true;
        }

        @Override
        public long count(long first, long last) {
            return last - first + 1;
        }
    };
}
