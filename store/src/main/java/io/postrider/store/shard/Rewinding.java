// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.api.selector.Selector;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rewind that has to look at messages, or to take its time: it goes through the log some messages at a time, and each step is in the log
 * before the next one begins. It is not resumed after a restart: what it did so far stays done. Owned by the shard's thread.
 */
final class Rewinding {
    private static final int STEP_MAX = 512;
    private static final int READ_BYTES = 1 << 20;

    private final ShardState state;
    private final ShardRunner runner;
    private final MessageInspector inspector;
    private final EventLoop loop;
    private final AddressState address;
    private final @Nullable SubscriptionState subscription;
    private final @Nullable AddressState target;
    private final @Nullable Selector selector;
    private long next;
    private long end;
    private long count;
    private boolean isDryRun;
    private long messagesPerSecond;
    private int waitingFor;
    private @Nullable Rejection refusal;
    private Reply<Long> reply = NOBODY;

    private static final Reply<Long> NOBODY = new Reply<>() {
        @Override
        public void ok(Long value) {}

        @Override
        public void rejected(Rejection rejection) {}
    };

    /**
     * @param subscription what gets its messages back; null when they are copied
     * @param target what gets copies; null when they come back
     */
    Rewinding(
            ShardState state,
            ShardRunner runner,
            MessageInspector inspector,
            EventLoop loop,
            AddressState address,
            @Nullable SubscriptionState subscription,
            @Nullable AddressState target,
            @Nullable Selector selector) {
        this.state = state;
        this.runner = runner;
        this.inspector = inspector;
        this.loop = loop;
        this.address = address;
        this.subscription = subscription;
        this.target = target;
        this.selector = selector;
    }

    void run(long first, long endExclusive, RewindRequest request, Reply<Long> whenDone) {
        next = first;
        end = endExclusive;
        isDryRun = request.isDryRun();
        messagesPerSecond = request.messagesPerSecond();
        reply = whenDone;
        step();
    }

    private void step() {
        boolean isGone = state.address(address.id()) != address
                || (subscription != null && state.subscription(subscription.id()) != subscription)
                || (target != null && state.address(target.id()) != target);
        if (isGone) {
            refusal = new Rejection(ErrorCode.RESOURCE_DELETED, "What it reads or writes was deleted meanwhile");
        }
        Rejection why = refusal;
        if (why != null) {
            told(why.text());
            reply.rejected(new Rejection(why.code(), "Stopped after " + count + " messages: " + why.text()));
            return;
        }
        long[] offsets = choose();
        if (offsets.length == 0) {
            if (next >= end) {
                told("none");
                reply.ok(count);
            } else {
                loop.execute(this::step);
            }
        } else if (selector == null && target == null) {
            act(offsets, new Message[offsets.length], offsets.length);
        } else {
            read(offsets, 0, new Message[offsets.length]);
        }
    }

    private void told(String problem) {
        if (!isDryRun) {
            AddressState to = target == null ? address : target;
            StoreLog.rewound(
                    address.definition().key().toString(), to.definition().key().toString(), count, problem);
        }
    }

    /** The next offsets to look at: those that are there, and that the subscription is done with. */
    private long[] choose() {
        int max = messagesPerSecond == 0 ? STEP_MAX : (int) Math.min(STEP_MAX, messagesPerSecond);
        long[] offsets = new long[max];
        int chosen = 0;
        int looked = 0;
        while (chosen < max && next < end && looked++ < 16 * STEP_MAX) {
            if (address.isHeld(next) && (subscription == null || subscription.isDone(next))) {
                offsets[chosen++] = next;
            }
            next++;
        }
        return Arrays.copyOf(offsets, chosen);
    }

    private void read(long[] offsets, int from, Message[] found) {
        runner.read(address, offsets, from, READ_BYTES, (messages, read) -> {
            System.arraycopy(messages, 0, found, from, read);
            if (from + read < offsets.length) {
                read(offsets, from + read, found);
            } else {
                act(offsets, found, offsets.length);
            }
        });
    }

    private void act(long[] offsets, @Nullable Message[] messages, int length) {
        OffsetRanges.Builder back = new OffsetRanges.Builder();
        int matching = 0;
        for (int i = 0; i < length; i++) {
            if (matches(messages[i])) {
                back.add(offsets[i]);
                matching++;
                if (target != null && !isDryRun) {
                    copy(target, offsets[i], messages[i]);
                }
            }
        }
        if (isDryRun || matching == 0) {
            count += matching;
            loop.execute(this::step);
            return;
        }
        if (subscription != null) {
            waitingFor++;
            runner.propose(
                    new Command.Rewind(subscription.id(), back.build()),
                    (token, result) -> applied(result.rejection(), result.count()),
                    0);
        }
    }

    private boolean matches(@Nullable Message message) {
        if (selector == null && target == null) {
            return true;
        }
        return message != null && (selector == null || selector.matches(inspector.open(message)));
    }

    private void copy(AddressState to, long offset, @Nullable Message message) {
        if (message == null) {
            return;
        }
        Message marked = message.withoutTimes()
                .withAdded(Annotations.of(Map.of(
                        AnnotationKeys.REPLAYED,
                        true,
                        AnnotationKeys.ORIGIN_ADDRESS,
                        address.definition().key().name(),
                        AnnotationKeys.ORIGIN_OFFSET,
                        offset)));
        waitingFor++;
        runner.propose(
                new Command.Publish(to.id(), marked, null), (token, result) -> applied(result.rejection(), 1), 0);
    }

    private void applied(@Nullable Rejection rejection, long more) {
        waitingFor--;
        if (rejection != null) {
            refusal = rejection;
        } else {
            count += more;
        }
        if (waitingFor > 0) {
            return;
        }
        if (messagesPerSecond == 0 || refusal != null) {
            loop.execute(this::step);
        } else {
            long paceMs = Math.max(1, Math.min(STEP_MAX, messagesPerSecond) * 1000 / messagesPerSecond);
            loop.schedule(paceMs, this::step);
        }
    }
}
