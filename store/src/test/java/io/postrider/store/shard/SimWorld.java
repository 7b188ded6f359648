// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Message;
import io.postrider.api.port.ConsumerRequest.Mode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What was promised in a run and what came of it. One thread. */
final class SimWorld {
    /** Where letters are sent back to; marks that tell them apart are gone. */
    static final String REDRIVEN = "RE";

    static final Set<String> LETTER_BOXES = Set.of("DLQ", "EXP", REDRIVEN);
    static final int ATTEMPTS_MAX = 4;
    static final String DELAYING = "q1";
    static final long REDELIVERY_DELAY_MS = 30;

    private final LongSupplier clockMs;
    private final List<SimInvariant> invariants;
    private final Map<Integer, SimMessage> messages = new LinkedHashMap<>();
    private final Map<String, SimCopy> copies = new LinkedHashMap<>();
    private final Map<String, List<SimCopy>> byOutlet = new HashMap<>();
    private final Set<String> disposable = new HashSet<>();
    private final List<SimReceiver> ended = new ArrayList<>();
    private long stamps;
    /** All that was shown before this is known on disk to have been. */
    private long durableStamp;

    private int life;

    SimWorld(LongSupplier clockMs) {
        this.clockMs = clockMs;
        this.invariants = SimInvariants.all(this);
    }

    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String text) {
            super(text);
        }
    }

    void check(boolean holds, String invariant, Object what) {
        if (!holds) {
            throw new Violation(invariant + ": " + what + " [now=" + nowMs() + "]");
        }
    }

    List<SimInvariant> invariants() {
        return invariants;
    }

    long nowMs() {
        return clockMs.getAsLong();
    }

    int life() {
        return life;
    }

    /** The next number in the order of everything. */
    long stamp() {
        return ++stamps;
    }

    // ---- what is sent

    /** @param outlets where it must arrive */
    void sent(SimMessage message, Collection<String> outlets) {
        messages.put(message.number, message);
        for (String outlet : outlets) {
            add(outlet + "/" + message.number, new SimCopy(outlet, message));
        }
    }

    private SimCopy add(String key, SimCopy copy) {
        copies.put(key, copy);
        byOutlet.computeIfAbsent(copy.outlet, outlet -> new ArrayList<>()).add(copy);
        return copy;
    }

    void confirmed(int number) {
        SimMessage message = message(number);
        check(!message.isConfirmed, "ConfirmedOnce", message);
        message.isConfirmed = true;
        message.confirmedStamp = stamp();
        if (message.isDurable && !message.address.equals("t")) {
            durableStamp = Math.max(durableStamp, message.sentStamp);
        }
    }

    /** It was refused, so it is nowhere. */
    void refused(int number) {
        messages.remove(number);
        for (List<SimCopy> all : byOutlet.values()) {
            all.removeIf(copy -> copy.message.number == number);
        }
        copies.values().removeIf(copy -> copy.message.number == number);
    }

    private SimMessage message(int number) {
        SimMessage message = messages.get(number);
        if (message == null) {
            throw new Violation("NothingFromNowhere: m" + number);
        }
        return message;
    }

    Collection<SimCopy> copies() {
        return copies.values();
    }

    List<SimCopy> at(String outlet) {
        return byOutlet.getOrDefault(outlet, List.of());
    }

    /** The copy that a delivery is of. */
    SimCopy copy(SimReceiver receiver, Message message) {
        SimMessage sent = message(SimMessage.numberOf(message));
        String outlet = receiver.outlet;
        if (outlet.equals(REDRIVEN)) {
            SimCopy returned = new SimCopy(outlet, sent);
            returned.mayBeGone = true;
            copies.values().stream().filter(copy -> copy.message == sent).forEach(copy -> copy.isLetterSeen = true);
            return add(outlet + "/" + sent.number + "/" + stamp(), returned);
        }
        if (!LETTER_BOXES.contains(outlet)) {
            SimCopy copy = copies.get(outlet + "/" + sent.number);
            check(
                    copy != null || outlet.equals("sx") || outlet.startsWith("v"),
                    "OnlyWhereItBelongs",
                    outlet + " " + sent);
            return copy != null ? copy : add(outlet + "/" + sent.number, new SimCopy(outlet, sent));
        }
        String origin = String.valueOf(message.added().values().get(AnnotationKeys.ORIGIN_QUEUE));
        String from = origin.substring(origin.indexOf(':') + 1);
        SimCopy source = copies.get(from + "/" + sent.number);
        if (source == null) {
            // From a volatile subscription, which has no name to go by: each letter is one of its own.
            SimCopy letter = new SimCopy(outlet, sent);
            letter.mayBeGone = true;
            return add(outlet + "/" + from + "/" + sent.number + "/" + stamp(), letter);
        }
        source.isLetterSeen = true;
        String key = outlet + "/" + from + "/" + sent.number;
        SimCopy known = copies.get(key);
        return known != null ? known : add(key, new SimCopy(outlet, sent));
    }

    // ---- what is received

    void delivered(SimCopy copy, SimReceiver receiver, int count) {
        if (receiver.mode == Mode.BROWSE) {
            receiver.browsed.add(copy);
            return;
        }
        copy.note("shown at " + nowMs() + " count " + count);
        copy.outcomeApplied();
        copy.isTouched = true;
        copy.isReleased = false;
        copy.shownStamp = stamp();
        if (!receiver.isAsked(copy)) {
            copy.isAccepted = true;
            copy.acceptedIn = life;
            copy.isConsumed = true;
        } else {
            copy.holder = receiver;
        }
    }

    void outcome(SimCopy copy, SimReceiver receiver, Outcome outcome) {
        copy.note(outcome + " at " + nowMs() + (receiver.color == null ? "" : " from " + receiver.color));
        copy.holder = null;
        if (outcome instanceof Outcome.Accepted) {
            copy.isAccepted = true;
            copy.acceptedIn = life;
        } else if (outcome instanceof Outcome.Released) {
            copy.isReleased = !copy.isAside;
        } else if (outcome instanceof Outcome.Modified modified) {
            modified(copy, receiver, modified);
        }
        if (LETTER_BOXES.contains(copy.outlet) && !(outcome instanceof Outcome.Released)) {
            copy.mayBeGone = true;
        }
    }

    private void modified(SimCopy copy, SimReceiver receiver, Outcome.Modified modified) {
        boolean isDeferring = modified.merge().values().containsKey(AnnotationKeys.DEFER);
        boolean isRefused = isDeferring && (!copy.message.isDurable || copy.outlet.startsWith("v"));
        boolean isFailed = modified.isDeliveryFailed() || isRefused;
        copy.isFailing = isFailed;
        copy.failsSure += isFailed ? 1 : 0;
        copy.merging.putAll(modified.merge().values());
        copy.merging.remove(AnnotationKeys.DEFER);
        copy.isAsideSure = false;
        if (isRefused) {
            copy.merging.remove(AnnotationKeys.DEFERRAL_TOKEN);
        } else if (isDeferring) {
            copy.isAside = true;
            copy.isDeferring = true;
            return;
        }
        Long delayMs = modified.merge().number(AnnotationKeys.DELIVERY_DELAY);
        if (delayMs != null) {
            copy.notBeforeMs = nowMs() + delayMs;
            copy.merging.remove(AnnotationKeys.DELIVERY_DELAY);
            copy.merging.put(AnnotationKeys.DELIVERY_TIME, copy.notBeforeMs);
        } else if (isFailed && copy.outlet.equals(DELAYING)) {
            copy.notBeforeMs = nowMs() + REDELIVERY_DELAY_MS;
        }
        if (modified.isUndeliverableHere()) {
            copy.excluded.add(receiver);
        }
    }

    // ---- what operators do

    void setDisposable(String outlet) {
        disposable.add(outlet);
    }

    boolean isDisposable(String outlet) {
        return disposable.contains(outlet);
    }

    /** Everything at an outlet is to be removed; returns what has to be gone once that is answered. */
    List<SimCopy> removing(String outlet, boolean withThoseOut) {
        List<SimCopy> surely = new ArrayList<>();
        for (SimCopy copy : at(outlet)) {
            copy.mayBeGone = true;
            boolean isIdle = copy.message.isConfirmed && !copy.isTouched && !copy.message.hasDelay();
            if (withThoseOut || isIdle) {
                copy.note("to be removed");
                copy.isBeingRemoved = true;
                surely.add(copy);
            }
        }
        return surely;
    }

    void removed(List<SimCopy> copiesGone) {
        for (SimCopy copy : copiesGone) {
            copy.isRemoved |= copy.isBeingRemoved;
        }
    }

    /** An operator returns what is aside. */
    void returning() {
        copies.values().forEach(copy -> {
            copy.isAsideSure = false;
            copy.isDeferring = false;
        });
    }

    /** The broker ended a receiver; what it says later must do no harm. */
    void ended(SimReceiver receiver) {
        ended.add(receiver);
    }

    @Nullable
    SimReceiver takeEnded() {
        return ended.isEmpty() ? null : ended.remove(ended.size() - 1);
    }

    /** What a receiver that takes at most once had not been shown may be gone with it. */
    void lostAtMostOnce(String outlet) {
        at(outlet).forEach(copy -> copy.mayBeGone = true);
    }

    void crashed() {
        life++;
        ended.clear();
        copies.values().forEach(copy -> copy.crashed(durableStamp));
    }
}
