// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.message.Message;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.BodyPositions;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.function.IntConsumer;
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
        Replay replay = new Replay(machine, bodies);
        return disk.log().replay(loaded.index(), (entry, bytes) -> {
            replay.entry = entry;
            try {
                CommandReader.decode(bytes, replay);
            } catch (RuntimeException e) {
                throw new PoisonEntryException(entry, e);
            }
        });
    }

    /** Applies what it is given, one entry after the other. */
    private static final class Replay implements CommandReader.Decoded {
        private final ShardMachine machine;
        private final BodyIndex bodies;
        private final BodyPositions parts = new BodyPositions();
        private final Bookkeeping bookkeeping;
        private long entry;

        Replay(ShardMachine machine, BodyIndex bodies) {
            this.machine = machine;
            this.bodies = bodies;
            this.bookkeeping =
                    new Bookkeeping(bodies, part -> bodies.at(entry, parts.position(part), parts.length(part)));
        }

        @Override
        public void part(int bodyAt, int bodyBytes) {
            parts.add(bodyAt, bodyBytes);
        }

        @Override
        public void command(long timeMs, Command command, int bodyAt, int bodyBytes) {
            bodies.at(entry, bodyAt, bodyBytes);
            machine.apply(timeMs, command, bookkeeping);
            parts.clear();
        }
    }

    /** Keeps track of where bodies are; there is nobody else to tell yet. */
    private record Bookkeeping(BodyIndex bodies, IntConsumer parts) implements Effects {
        @Override
        public void part(int part) {
            parts.accept(part);
        }

        @Override
        public void published(AddressState address, long offset, Message message, @Nullable String publisher) {
            bodies.appended(address.id(), offset, address.lowestHeld());
        }

        @Override
        public void redriven(SubscriptionState subscription, long offset, Message message) {
            AddressState address = subscription.address();
            bodies.appended(address.id(), offset, address.lowestHeld());
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
