// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.Message;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import org.jspecify.annotations.Nullable;

/**
 * Brings a state machine to where the shard was: the state of the latest checkpoint, then every log entry after it. No message is
 * read that is in a segment, so it takes as long as the log's tail, whatever the backlog.
 */
final class Recovery {
    private Recovery() {}

    /** Returns the index up to which the machine has applied the log. */
    static long run(ShardMachine machine, ShardDisk disk) {
        BodyIndex bodies = disk.bodies();
        Checkpoints.Loaded loaded = disk.checkpoints().load();
        if (loaded.index() > 0) {
            StateCodec.read(loaded.state(), machine.state());
            bodies.restore(loaded.extents());
        }
        Effects bookkeeping = new Bookkeeping(bodies);
        return disk.log().replay(loaded.index(), (entry, bytes) -> {
            try {
                CommandCodec.decode(bytes, (timeMs, command, bodyAt, bodyBytes) -> {
                    bodies.at(entry, bodyAt, bodyBytes);
                    machine.apply(timeMs, command, bookkeeping);
                });
            } catch (RuntimeException e) {
                throw new PoisonEntryException(entry, e);
            }
        });
    }

    /** Keeps track of where bodies are; there is nobody else to tell yet. */
    private record Bookkeeping(BodyIndex bodies) implements Effects {
        @Override
        public void published(AddressState address, long offset, Message message, @Nullable String publisher) {
            bodies.appended(address.id(), offset, address.lowestWanted());
        }

        @Override
        public void staged(long bodyId, int chunk) {
            bodies.appended(BodyIndex.stagedLog(bodyId), chunk, 0);
        }

        @Override
        public void bodyGone(long bodyId) {
            bodies.dropped(BodyIndex.stagedLog(bodyId));
        }

        @Override
        public void addressDeleted(AddressState address) {
            bodies.dropped(address.id());
        }
    }
}
