// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.message.Message;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.CheckpointStore;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.codec.MessageCodec;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StoredMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Brings a state machine to where the shard was: the latest checkpoint, then every log entry after it. */
final class Recovery implements CheckpointStore.Visitor {
    private final ShardMachine machine;
    private final BodySegments segments;

    private Recovery(ShardMachine machine, BodySegments segments) {
        this.machine = machine;
        this.segments = segments;
    }

    /** Returns the index up to which the machine has applied the log. */
    static long run(ShardMachine machine, BodySegments segments, CheckpointStore checkpoints, ShardLog log) {
        Recovery recovery = new Recovery(machine, segments);
        long index = checkpoints.load(recovery);
        List<Command> commands = new ArrayList<>();
        Effects bookkeeping = new Effects() {
            @Override
            public void released(StoredMessage message) {
                segments.released(message);
            }
        };
        return log.replay(index, (entry, bytes) -> {
            commands.clear();
            long timeMs = CommandCodec.decode(bytes, commands::add);
            for (Command command : commands) {
                machine.apply(timeMs, command, bookkeeping);
            }
        });
    }

    @Override
    public void state(long index, ByteBuffer state) {
        StateCodec.read(state, machine.state());
    }

    @Override
    public void survivor(int segment, int addressId, long offset, ByteBuffer encoded) {
        segments.used(segment);
        AddressState address = machine.state().address(addressId);
        if (address == null) {
            return; // deleted after its segment was written
        }
        Message message = MessageCodec.read(encoded);
        StoredMessage stored = address.restore(offset, message);
        if (stored != null) {
            segments.stored(stored, segment);
        }
    }
}
