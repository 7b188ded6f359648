// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.LetterAdmin;
import io.postrider.api.port.LetterInfo;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.RedriveStatus;
import io.postrider.api.port.Reply;
import io.postrider.api.selector.InvalidSelectorException;
import io.postrider.api.selector.Selector;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What operators do with dead letters: look at them and send them back. Any thread may call; all runs on the shard's thread. */
final class Letters implements LetterAdmin {
    private static final int JOBS_KEPT = 100;
    private static final int LIST_MAX = 1000;
    private static final int READ_BYTES = 4 << 20;

    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final Redriver.Parts parts;
    private final ArrayDeque<Redriver> jobs = new ArrayDeque<>();
    private long nextId = 1;

    Letters(
            ShardState state,
            ShardRunner runner,
            ShardEffects effects,
            MessageInspector inspector,
            EventLoop loop,
            LongSupplier clockMs) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.parts = new Redriver.Parts(state, runner, effects, inspector, loop, clockMs);
    }

    @Override
    public void list(AddressKey queue, long from, int limit, Reply<List<LetterInfo>> reply) {
        runner.run(() -> withQueue(queue, reply, address -> {
            SubscriptionState subscription = address.queue();
            long[] offsets = new long[Math.max(1, Math.min(limit, LIST_MAX))];
            int count = 0;
            long end = address.log().end();
            for (long offset = Math.max(from, subscription.cursor());
                    offset < end && count < offsets.length;
                    offset++) {
                if (subscription.wants(offset)) {
                    offsets[count++] = offset;
                }
            }
            if (count == 0) {
                reply.ok(List.of());
            } else {
                read(address, java.util.Arrays.copyOf(offsets, count), 0, new ArrayList<>(), reply);
            }
        }));
    }

    private void read(
            AddressState address, long[] offsets, int from, List<LetterInfo> found, Reply<List<LetterInfo>> reply) {
        runner.read(address, offsets, from, READ_BYTES, (messages, count) -> {
            SubscriptionState subscription = address.queue();
            Dispatcher dispatcher = effects.dispatcher(subscription);
            for (int i = 0; i < count; i++) {
                Message message = messages[i];
                long offset = offsets[from + i];
                if (message != null && subscription.wants(offset)) {
                    found.add(new LetterInfo(
                            offset,
                            message.sizeBytes(),
                            dispatcher.isTaken(offset),
                            subscription.view(offset, message).added()));
                }
            }
            if (from + count < offsets.length) {
                read(address, offsets, from + count, found, reply);
            } else {
                reply.ok(found);
            }
        });
    }

    private void withQueue(AddressKey queue, Reply<?> reply, Consumer<AddressState> then) {
        AddressState address = state.address(queue);
        if (address == null || !address.isQueue()) {
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Queue '" + queue + "' does not exist"));
        } else {
            then.accept(address);
        }
    }

    @Override
    public void redrive(RedriveRequest request, Reply<RedriveStatus> reply) {
        runner.run(() -> {
            Selector selector;
            try {
                String text = request.selector();
                selector = text == null || text.isBlank() ? null : Selector.parse(text);
            } catch (InvalidSelectorException e) {
                reply.rejected(new Rejection(ErrorCode.INVALID_SELECTOR, String.valueOf(e.getMessage())));
                return;
            }
            AddressKey to = request.to();
            if (to != null && state.address(to) == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + to + "' does not exist"));
                return;
            }
            withQueue(request.queue(), reply, address -> begin(address, request, selector, reply));
        });
    }

    private void begin(
            AddressState address, RedriveRequest request, @Nullable Selector selector, Reply<RedriveStatus> reply) {
        Redriver job = new Redriver(nextId++, parts, address, request, selector);
        if (jobs.size() == JOBS_KEPT && !forgetOne()) {
            reply.rejected(new Rejection(
                    ErrorCode.RESOURCE_LIMIT, "Expected at most " + JOBS_KEPT + " redrives at once; stop one first"));
            return;
        }
        jobs.addFirst(job);
        effects.watch(job);
        job.start(ended -> {
            effects.unwatch(job);
            if (request.isDryRun()) {
                reply.ok(ended);
            }
        });
        if (!request.isDryRun()) {
            reply.ok(job.status());
        }
    }

    /** Makes room by the oldest job that has ended. */
    private boolean forgetOne() {
        for (var each = jobs.descendingIterator(); each.hasNext(); ) {
            if (each.next().isEnded()) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    @Override
    public void redrives(Reply<List<RedriveStatus>> reply) {
        runner.run(() -> reply.ok(jobs.stream().map(Redriver::status).toList()));
    }

    @Override
    public void stop(long id, Reply<RedriveStatus> reply) {
        runner.run(() -> {
            for (Redriver job : jobs) {
                if (job.status().id() == id) {
                    job.stop("An operator stopped it");
                    reply.ok(job.status());
                    return;
                }
            }
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no redrive " + id));
        });
    }
}
