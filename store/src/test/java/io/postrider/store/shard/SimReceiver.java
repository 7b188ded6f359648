// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.DeliverySink;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A consumer of a simulation; tells the world what it is given and what it does with it. One thread. */
final class SimReceiver implements DeliverySink {
    final String outlet;
    final Mode mode;
    final @Nullable String color;
    final boolean failsByDefault;
    final int bornIn;
    final Map<Long, SimCopy> held = new TreeMap<>();
    final Map<Long, SimCopy> confirming = new HashMap<>();
    /** Per priority and durability, the newest message that was first shown here. */
    final Map<Integer, Integer> newest = new HashMap<>();

    final Set<SimCopy> browsed = new HashSet<>();

    private final SimWorld world;
    private final Set<Long> acceptances = new HashSet<>();

    @Nullable
    Consumer consumer;

    long limit;
    long count;
    /** When its present drain was asked for; -1 while there is none. */
    long drainStamp = -1;

    long openedStamp;
    boolean isGone;
    /** Whether it only gets what was put aside. */
    boolean isFetcher;

    SimReceiver(SimWorld world, String outlet, Mode mode, @Nullable String color, boolean failsByDefault) {
        this.world = world;
        this.outlet = outlet;
        this.mode = mode;
        this.color = color;
        this.failsByDefault = failsByDefault;
        this.bornIn = world.life();
    }

    boolean wants(SimMessage message) {
        return color == null || color.equals(message.color);
    }

    void credit(long newLimit, boolean drain) {
        limit = newLimit;
        drainStamp = drain ? world.stamp() : -1;
        consumer().credit(newLimit, drain);
    }

    Consumer consumer() {
        if (consumer == null) {
            throw new IllegalStateException("Expected an open consumer at " + outlet);
        }
        return consumer;
    }

    @Override
    public void deliver(long deliveryId, Message message, int deliveryCount) {
        world.check(bornIn == world.life() && !isGone, "NothingForTheDead", outlet);
        count++;
        world.check(count <= limit, "CreditNeverExceeded", count + " > " + limit + " at " + outlet);
        SimCopy copy = world.copy(this, message);
        world.invariants().forEach(each -> each.delivered(copy, this, message, deliveryCount));
        if (isAsked(copy)) {
            held.put(deliveryId, copy);
        }
        world.delivered(copy, this, deliveryCount);
    }

    /** Whether a delivery waits for an outcome: also of a large message at most once, whose body is needed until it was sent. */
    boolean isAsked(SimCopy copy) {
        return mode == Mode.ACKNOWLEDGE || (mode == Mode.AT_MOST_ONCE && copy.message.body != null);
    }

    @Override
    public void drained() {
        world.check(drainStamp >= 0, "EveryDrainWasAskedFor", outlet);
        world.invariants().forEach(each -> each.drained(this));
        drainStamp = -1;
        limit = count;
    }

    @Override
    public void settled(long deliveryId) {
        SimCopy copy = confirming.remove(deliveryId);
        if (copy == null) {
            world.check(false, "EveryConfirmationWasAskedFor", deliveryId + " at " + outlet);
            return;
        }
        copy.outcomeApplied();
        copy.isConsumed |= acceptances.remove(deliveryId);
    }

    @Override
    public void closed(Rejection reason) {
        world.check(
                reason.code() == ErrorCode.RESOURCE_DELETED && world.isDisposable(outlet),
                "NoConsumerEndsUnasked",
                outlet + ": " + reason);
        isGone = true;
        confirming.clear();
        held.values().forEach(copy -> {
            copy.note("receiver ended");
            copy.holder = null;
        });
        world.ended(this);
    }

    /** Ends a delivery; nothing is expected of it when this receiver has been told that it is closed. */
    void settle(long deliveryId, Outcome outcome, boolean confirm) {
        SimCopy copy = held.remove(deliveryId);
        if (copy == null) {
            throw new IllegalStateException("Expected a delivery " + deliveryId);
        }
        if (!isGone) {
            world.outcome(copy, this, outcome);
            if (confirm) {
                confirming.put(deliveryId, copy);
                if (outcome instanceof Outcome.Accepted) {
                    acceptances.add(deliveryId);
                }
            }
        }
        consumer().settle(deliveryId, outcome, confirm);
    }

    void close(Consumer.Close how) {
        isGone = true;
        boolean isOldest = true;
        for (SimCopy copy : held.values()) {
            if (how == Consumer.Close.ORDERLY) {
                world.outcome(copy, this, failsByDefault ? Outcome.FAILED : Outcome.RELEASED);
            } else if (isOldest) {
                world.outcome(copy, this, Outcome.FAILED);
            } else {
                world.outcome(copy, this, Outcome.RELEASED);
                copy.isInDoubt = true;
                copy.note("in doubt");
            }
            isOldest = false;
        }
        held.clear();
        consumer().close(how);
    }
}
