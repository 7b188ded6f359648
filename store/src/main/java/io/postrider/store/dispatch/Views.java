// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.store.dispatch.PlaceView.Standing;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Shows what a dispatcher holds to those who explain; changes nothing. Owned by the shard's thread. */
final class Views {
    private static final int STEPS_MAX = 1 << 20;

    private final Dispatcher dispatcher;
    private final Ledger ledger;
    private final @Nullable Waiting waiting;
    private final Roaring64Bitmap ending;
    private final Roster roster;

    /** @param waiting null for a volatile subscription */
    Views(Desk desk, Roster roster, @Nullable Waiting waiting) {
        this.dispatcher = desk.dispatcher();
        this.ledger = desk.ledger();
        this.ending = desk.ending();
        this.roster = roster;
        this.waiting = waiting;
    }

    QueueView queue(boolean isHeldUp) {
        SubscriptionState subscription = dispatcher.durable();
        boolean isKeyed = false;
        List<ConsumerView> all = new ArrayList<>();
        for (int i = 0; i < roster.count(); i++) {
            isKeyed |= roster.get(i).feed.keys != null;
            all.add(consumer(roster.get(i)));
        }
        return new QueueView(
                dispatcher.depth(),
                dispatcher.readyCount(),
                dispatcher.delayedCount(),
                dispatcher.unsettledCount(),
                dispatcher.deferredCount(),
                waiting == null ? Long.MAX_VALUE : waiting.nextMs(),
                isHeldUp,
                subscription != null && subscription.isPaused(),
                isKeyed,
                all);
    }

    private static ConsumerView consumer(Consumption consumer) {
        return new ConsumerView(
                consumer.request.containerId(),
                consumer.request.user(),
                consumer.feed.selector == null ? null : consumer.feed.selector.text(),
                Math.max(0, consumer.limit - consumer.dispatched),
                consumer.unsettled.count(),
                consumer.isBrowser(),
                consumer.feed.tokens,
                consumer.pauses > 0,
                consumer.isPaused,
                consumer.isWaiting);
    }

    PlaceView place(long offset) {
        SubscriptionState subscription = dispatcher.subscription();
        int attempts = subscription.redeliveries().attempts(offset);
        Entry held = ledger.get(offset);
        Consumption owner = held == null ? null : held.owner;
        String token = subscription.deferrals().token(offset);
        Standing standing = standing(subscription, offset, held, token);
        long before = subscription.wants(offset)
                ? offset - subscription.cursor() - subscription.done().rankLong(offset)
                : 0;
        return new PlaceView(
                standing,
                attempts,
                standing == Standing.WAITING && waiting != null ? waiting.dueMs(offset) : 0,
                token,
                standing == Standing.OUT && owner != null && !owner.isClosed ? consumer(owner) : null,
                before);
    }

    private Standing standing(
            SubscriptionState subscription, long offset, @Nullable Entry held, @Nullable String token) {
        if (offset >= subscription.address().log().end()) {
            return Standing.NOT_YET;
        }
        if (!subscription.wants(offset)) {
            return Standing.GONE;
        }
        if (held != null && held.state == Entry.State.OUT) {
            return Standing.OUT;
        }
        if (ending.contains(offset) || (held != null && held.state == Entry.State.ENDING)) {
            return Standing.ENDING;
        }
        if (token != null) {
            return Standing.ASIDE;
        }
        return waiting != null && waiting.contains(offset) ? Standing.WAITING : Standing.READY;
    }

    /** The first offsets of the log that are ready, in its order. */
    long[] readyOffsets(int max) {
        SubscriptionState subscription = dispatcher.subscription();
        long[] offsets = new long[max];
        int count = 0;
        long end = Math.min(subscription.address().log().end(), subscription.cursor() + STEPS_MAX);
        for (long offset = subscription.cursor(); offset < end && count < max; offset++) {
            if (standing(
                            subscription,
                            offset,
                            ledger.get(offset),
                            subscription.deferrals().token(offset))
                    == Standing.READY) {
                offsets[count++] = offset;
            }
        }
        return Arrays.copyOf(offsets, count);
    }
}
