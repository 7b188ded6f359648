// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.RedriveStatus;
import io.postrider.api.port.RedriveStatus.State;
import io.postrider.api.selector.Selector;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.Admission;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters back to where they came from, some at a time. Each goes by one command, so it is in one of both places at any
 * moment; what a crash interrupts can be begun again. Letters that come while it runs stay. Owned by the shard's thread.
 */
final class Redriver implements EndWatch {
    /** What all of them share. */
    record Parts(
            ShardState state,
            ShardRunner runner,
            ShardEffects effects,
            MessageInspector inspector,
            EventLoop loop,
            LongSupplier clockMs) {}

    private static final int READ_COUNT = 256;
    private static final int READ_BYTES = 1 << 20;
    private static final int UNDER_WAY_MAX = 512;
    private static final int NOTES_MAX = 10;
    private static final long TICK_MS = 100;

    /** Where a message went, to know it when it ends. */
    private record Place(int subscriptionId, long offset) {}

    private final long id;
    private final Parts parts;
    private final AddressState queue;
    private final SubscriptionState letters;
    private final RedriveRequest request;
    private final @Nullable Selector selector;
    private final RedriveOrigin origins;
    private final long end;
    private final long startedMs;
    private final Set<Place> canary = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private Consumer<RedriveStatus> whenEnded = status -> {};
    private State state = State.RUNNING;
    private long next;
    private long endedMs;
    private long matched;
    private long proposed;
    private long sent;
    private long skipped;
    private int underWay;
    private int canaryAccepted;
    private int canaryFailed;
    private boolean isReading;
    private boolean isTicking;
    private boolean isAwake;

    Redriver(long id, Parts parts, AddressState queue, RedriveRequest request, @Nullable Selector selector) {
        this.id = id;
        this.parts = parts;
        this.queue = queue;
        this.letters = queue.queue();
        this.request = request;
        this.selector = selector;
        this.origins = new RedriveOrigin(parts.state(), request.to());
        Long only = request.offset();
        this.next = only == null ? letters.cursor() : only;
        this.end = only == null
                ? queue.log().end()
                : Math.min(only + 1, queue.log().end());
        this.startedMs = parts.clockMs().getAsLong();
        if (only != null && !letters.wants(only)) {
            notes.add("There is no message at offset " + only);
        }
    }

    void start(Consumer<RedriveStatus> ended) {
        whenEnded = ended;
        goOn();
    }

    boolean isEnded() {
        return state == State.DONE || state == State.STOPPED;
    }

    RedriveStatus status() {
        return new RedriveStatus(
                id, request, state, startedMs, endedMs, matched, sent, skipped, canaryAccepted, canaryFailed, notes);
    }

    void stop(String why) {
        if (!isEnded()) {
            note(why);
            end(State.STOPPED);
        }
    }

    private void end(State how) {
        state = how;
        endedMs = parts.clockMs().getAsLong();
        whenEnded.accept(status());
    }

    private void note(String text) {
        if (notes.size() < NOTES_MAX) {
            notes.add(text);
        }
    }

    private boolean isCanaryOut() {
        return request.canary() > 0 && !request.isDryRun() && canaryAccepted < request.canary();
    }

    /** How many more may be sent now. */
    private long allowance() {
        long allowed = (long) UNDER_WAY_MAX - underWay;
        if (isCanaryOut()) {
            allowed = Math.min(allowed, request.canary() - proposed);
        }
        if (request.perSecond() > 0) {
            long elapsedMs = parts.clockMs().getAsLong() - startedMs;
            long soFar = Math.max(1, elapsedMs * request.perSecond() / 1000);
            allowed = Math.min(allowed, soFar - proposed);
        }
        return request.isDryRun() ? READ_COUNT : allowed;
    }

    private void goOn() {
        if (isEnded() || isReading || parts.runner().isFailed()) {
            return;
        }
        if (parts.state().address(queue.definition().key()) != queue) {
            stop("The queue was deleted");
            return;
        }
        if (next >= end) {
            finishWhenQuiet();
            return;
        }
        long allowed = allowance();
        if (allowed <= 0) {
            if (isCanaryOut() && proposed >= request.canary()) {
                state = State.WAITING_FOR_CANARY;
            }
            tick();
            return;
        }
        state = State.RUNNING;
        long[] offsets = choose((int) Math.min(allowed, READ_COUNT));
        if (offsets.length == 0) {
            finishWhenQuiet();
        } else {
            isReading = true;
            read(offsets, 0);
        }
    }

    private void finishWhenQuiet() {
        if (underWay > 0) {
            tick();
        } else {
            end(State.DONE);
        }
    }

    private void tick() {
        if (!isTicking) {
            isTicking = true;
            parts.loop().schedule(TICK_MS, () -> {
                isTicking = false;
                checkCanary();
                goOn();
            });
        }
    }

    /** Goes on soon; not from within, because reads may be answered at once, and there may be millions. */
    private void wake() {
        if (!isAwake) {
            isAwake = true;
            parts.loop().execute(() -> {
                isAwake = false;
                goOn();
            });
        }
    }

    /** What was purged or deleted ends without a word. */
    private void checkCanary() {
        for (Place place : List.copyOf(canary)) {
            SubscriptionState subscription = parts.state().subscription(place.subscriptionId());
            if (subscription == null || !subscription.wants(place.offset())) {
                canaryEnded(place, false);
            }
        }
    }

    private long[] choose(int max) {
        long[] offsets = new long[max];
        int count = 0;
        while (next < end && count < max) {
            long offset = Math.max(next, letters.cursor());
            next = offset + 1;
            if (offset < end && letters.wants(offset)) {
                offsets[count++] = offset;
            }
        }
        return java.util.Arrays.copyOf(offsets, count);
    }

    private void read(long[] offsets, int from) {
        parts.runner().read(queue, offsets, from, READ_BYTES, (messages, count) -> {
            for (int i = 0; i < count && !isEnded(); i++) {
                Message message = messages[i];
                if (message != null && letters.wants(offsets[from + i])) {
                    take(offsets[from + i], letters.view(offsets[from + i], message));
                }
            }
            if (from + count < offsets.length && !isEnded()) {
                read(offsets, from + count);
            } else {
                isReading = false;
                wake();
            }
        });
    }

    private void take(long offset, Message letter) {
        if (selector != null && !selector.matches(parts.inspector().open(letter))) {
            return;
        }
        matched++;
        RedriveOrigin.Target target = origins.of(letter);
        String problem = target.problem();
        AddressState address = target.address();
        if (problem == null && address != null && !request.isDryRun()) {
            problem = send(offset, letter, address, target.only());
        }
        if (problem != null) {
            skipped++;
            note("Offset " + offset + " stays: " + problem);
        }
    }

    /** Returns why it is not sent; null if it is on its way. */
    private @Nullable String send(long offset, Message letter, AddressState address, @Nullable SubscriptionState only) {
        Rejection full = Admission.fullness(address);
        if (full != null) {
            return full.text();
        }
        Dispatcher dispatcher = parts.effects().dispatcher(letters);
        if (!dispatcher.claim(offset)) {
            return "a consumer has it, or it is about to leave";
        }
        proposed++;
        underWay++;
        int addressId = address.id();
        int onlyFor = only == null ? -1 : only.id();
        parts.runner()
                .propose(
                        new Command.Redrive(
                                letters.id(),
                                letters.epoch(),
                                offset,
                                letter.sizeBytes(),
                                addressId,
                                onlyFor,
                                RedriveOrigin.redriven(letter)),
                        (token, result) -> applied(offset, address, only, result),
                        0);
        return null;
    }

    private void applied(long offset, AddressState address, @Nullable SubscriptionState only, Result result) {
        underWay--;
        if (underWay == 0 || underWay == UNDER_WAY_MAX / 2) {
            wake();
        }
        if (result.rejection() != null) {
            skipped++;
            note("Offset " + offset + " stays: " + result.rejection().text());
            parts.effects().unclaim(letters, offset);
            if (isCanaryOut()) {
                canaryFailed++;
                stop("A canary was refused");
            }
        } else {
            sent++;
            if (isCanaryOut() && sent <= request.canary()) {
                SubscriptionState there = only != null ? only : address.isQueue() ? address.queue() : null;
                if (there != null) {
                    canary.add(new Place(there.id(), result.count()));
                } else {
                    canaryAccepted++; // a topic as a whole: nobody to wait for
                }
            }
        }
    }

    @Override
    public void ended(SubscriptionState subscription, long offset, boolean isAccepted) {
        if (!canary.isEmpty()) {
            canaryEnded(new Place(subscription.id(), offset), isAccepted);
        }
    }

    private void canaryEnded(Place place, boolean isAccepted) {
        if (!canary.remove(place) || isEnded()) {
            return;
        }
        if (isAccepted) {
            canaryAccepted++;
        } else {
            canaryFailed++;
            stop("A canary died again or was removed");
        }
    }
}
