// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.MessageTrace;
import io.postrider.api.port.MessageTrace.Step;
import io.postrider.api.port.Reply;
import io.postrider.api.port.ShardLog;
import io.postrider.api.port.TraceRequest;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Tells the life of one message: from the log as far as its entries are still on disk, and from what the broker remembers of the exceptions since its
 * start. It reads the checkpoint and replays the entries behind it into a state of its own, on the thread that writes checkpoints,
 * so that the shard goes on meanwhile. Owned by the shard's thread.
 */
final class Tracer {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardLog log;
    private final Checkpoints checkpoints;
    private final Executor checkpointer;
    private final MessageInspector inspector;

    Tracer(ShardState state, ShardRunner runner, LocalBroker.Parts parts) {
        this.state = state;
        this.runner = runner;
        this.log = parts.log();
        this.checkpoints = parts.checkpoints();
        this.checkpointer = parts.threads().checkpointer();
        this.inspector = parts.inspector();
    }

    void trace(TraceRequest request, Reply<MessageTrace> reply) {
        if (state.address(request.address()) == null) {
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + request.address() + "' does not exist"));
            return;
        }
        long index = runner.appliedIndex();
        checkpointer.execute(() -> {
            try {
                replay(request, index, reply);
            } catch (RuntimeException e) {
                runner.run(() -> reply.rejected(
                        new Rejection(ErrorCode.STORE_FAILED, "The log cannot be read: " + e.getMessage())));
            }
        });
    }

    private void replay(TraceRequest request, long index, Reply<MessageTrace> reply) {
        ShardMachine machine = new ShardMachine(new ShardState(), inspector);
        Checkpoints.Loaded loaded = checkpoints.peek();
        if (loaded.index() > 0) {
            StateCodec.read(loaded.state(), machine.state());
        }
        TraceReplay replay = new TraceReplay(machine, request, inspector);
        for (long next = loaded.index() + 1; next <= index; next++) {
            ByteBuffer entry = log.read(next);
            if (entry == null) {
                throw new IllegalStateException("Expected entry " + next + " to be on disk, but it is not");
            }
            replay.apply(entry.duplicate());
        }
        runner.run(() -> answer(request, replay, loaded.index() == 0, reply));
    }

    private void answer(TraceRequest request, TraceReplay replay, boolean isSinceBeginning, Reply<MessageTrace> reply) {
        List<Step> steps = new ArrayList<>(replay.steps());
        AddressState address = state.address(request.address());
        if (address != null) {
            addIncidents(address, replay.offsets(), steps);
        }
        steps.sort(Comparator.comparingLong(Step::timeMs));
        reply.ok(new MessageTrace(steps, replay.firstMs(), isSinceBeginning));
    }

    private void addIncidents(AddressState address, Set<Long> offsets, List<Step> steps) {
        runner.incidents().each(incident -> {
            if (!offsets.contains(incident.offset())) {
                return;
            }
            for (SubscriptionState subscription : address.subscriptions()) {
                if (subscription.id() == incident.subscriptionId()) {
                    steps.add(new Step(
                            incident.timeMs(),
                            incident.offset(),
                            incident.what() + " by consumer '" + incident.container() + "' (user " + incident.user()
                                    + ")",
                            false));
                }
            }
        });
    }
}
