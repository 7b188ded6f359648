// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.machine.Death;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.queue.TimeIndex;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a delivery once its consumer has said so, or its time has run out. Durable messages end by a command and wait
 * for the log; others end at once. Owned by the shard's thread.
 */
final class Outcomes {
    private static final int TOKEN_CHARS_MAX = 256;

    private final Dispatcher dispatcher;
    private final AddressState address;
    private final @Nullable SubscriptionState durable;
    private final Ledger ledger;
    private final Proposals proposals;
    private final Counters counters;
    private final Counters totals;
    private final MessageInspector inspector;

    Outcomes(
            Dispatcher dispatcher,
            Ledger ledger,
            Proposals proposals,
            Counters counters,
            Counters totals,
            MessageInspector inspector) {
        this.dispatcher = dispatcher;
        this.address = dispatcher.address();
        this.durable = dispatcher.durable();
        this.ledger = ledger;
        this.proposals = proposals;
        this.counters = counters;
        this.totals = totals;
        this.inspector = inspector;
    }

    /** Ends a delivery that is out with a consumer; what becomes of a durable message goes to {@code ends}. */
    void end(Consumption consumer, Entry entry, Outcome outcome, Ends ends) {
        if (outcome instanceof Outcome.Accepted) {
            accept(entry, ends);
        } else if (outcome instanceof Outcome.Released) {
            dispatcher.confirm(entry);
            dispatcher.giveBack(entry);
        } else if (outcome instanceof Outcome.Rejected rejected) {
            bury(consumer, entry, DeadLetterReason.REJECTED, rejected.condition(), rejected.description(), true, ends);
        } else if (outcome instanceof Outcome.Modified modified) {
            String refusal = isDeferral(modified) ? refusal(entry, modified) : null;
            modify(consumer, entry, refusal == null ? modified : refused(modified, refusal), ends);
        }
    }

    private void accept(Entry entry, Ends ends) {
        counters.acknowledged++;
        totals.acknowledged++;
        if (entry.isDurable()) {
            ledger.move(entry, Entry.State.ENDING);
            ends.settle(dispatcher, entry.offset, entry.sizeBytes);
        } else {
            dispatcher.finishSoft(entry);
        }
    }

    private void modify(Consumption consumer, Entry entry, Outcome.Modified modified, Ends ends) {
        AddressPolicy policy = address.policy();
        boolean isLastAttempt = modified.isDeliveryFailed()
                && policy.number(PolicyKey.MAX_ATTEMPTS) > 0
                && entry.attempts + 1 >= policy.number(PolicyKey.MAX_ATTEMPTS);
        if (isLastAttempt) {
            bury(consumer, entry, DeadLetterReason.MAX_DELIVERY_ATTEMPTS, null, null, true, ends);
            return;
        }
        if (modified.isUndeliverableHere()) {
            dispatcher.exclude(consumer, entry);
            if (!dispatcher.canAnyTake(entry)) {
                bury(consumer, entry, DeadLetterReason.UNDELIVERABLE, null, null, modified.isDeliveryFailed(), ends);
                return;
            }
        }
        if (isDeferral(modified)) {
            defer(consumer, entry, modified, ends);
            return;
        }
        if (!modified.isDeliveryFailed() && modified.merge().isEmpty()) { // nothing durable changes
            dispatcher.confirm(entry);
            dispatcher.giveBack(entry);
            return;
        }
        requeue(consumer, entry, modified.isDeliveryFailed(), modified.merge(), policy, ends);
    }

    private static boolean isDeferral(Outcome.Modified modified) {
        return Boolean.TRUE.equals(modified.merge().values().get(AnnotationKeys.DEFER));
    }

    private static String token(Entry entry, Outcome.Modified modified) {
        String chosen = modified.merge().text(AnnotationKeys.DEFERRAL_TOKEN);
        return chosen == null || chosen.isEmpty() ? Long.toString(entry.offset) : chosen;
    }

    /** Why a message is not put aside; null if it may be. */
    private @Nullable String refusal(Entry entry, Outcome.Modified modified) {
        if (durable == null || !entry.isDurable()) {
            return "It is in no log: only durable messages are put aside";
        }
        long max = address.policy().number(PolicyKey.DEFERRAL_MAX);
        if (durable.deferrals().count() >= max && !durable.deferrals().contains(entry.offset)) {
            return durable.deferrals().count() + " messages are put aside, and " + PolicyKey.DEFERRAL_MAX.text()
                    + " is " + max;
        }
        int length = token(entry, modified).length();
        return length <= TOKEN_CHARS_MAX
                ? null
                : "Expected a token of at most " + TOKEN_CHARS_MAX + " characters, but it has " + length;
    }

    /** What a consumer cannot put aside comes back as a failed attempt, and says why. */
    private static Outcome.Modified refused(Outcome.Modified modified, String why) {
        Annotations merge = modified.merge()
                .without(AnnotationKeys.DEFER, AnnotationKeys.DEFERRAL_TOKEN)
                .merged(Annotations.of(Map.of(AnnotationKeys.DEFERRAL_REFUSED, why)));
        return new Outcome.Modified(true, modified.isUndeliverableHere(), merge);
    }

    /** Puts a message aside under its consumer's token, or its offset. */
    private void defer(Consumption consumer, Entry entry, Outcome.Modified modified, Ends ends) {
        SubscriptionState subscription = dispatcher.subscription();
        String token = token(entry, modified);
        Annotations merge = modified.merge()
                .without(AnnotationKeys.DEFER, AnnotationKeys.DELIVERY_TIME, AnnotationKeys.DELIVERY_DELAY)
                .merged(Annotations.of(Map.of(AnnotationKeys.DEFERRAL_TOKEN, token)));
        counters.requeued++;
        totals.requeued++;
        dispatcher.pause(consumer, entry);
        note(consumer, entry, "put aside");
        ends.propose(new Command.Defer(
                subscription.id(), subscription.epoch(), entry.offset, modified.isDeliveryFailed(), merge, token));
    }

    private void requeue(
            Consumption consumer,
            Entry entry,
            boolean countsAsAttempt,
            Annotations merge,
            AddressPolicy policy,
            Ends ends) {
        counters.requeued++;
        totals.requeued++;
        long nowMs = proposals.nowMs();
        Long askedMs = RetryTime.asked(merge, nowMs);
        long timeMs = askedMs != null
                ? askedMs
                : countsAsAttempt ? RetryTime.dueMs(policy, entry.attempts + 1, nowMs, entry.offset) : 0;
        long notBeforeMs = timeMs <= nowMs ? 0 : TimeIndex.bucket(timeMs, nowMs, TimeIndex.Rounding.UP);
        Annotations kept = RetryTime.settled(merge, askedMs);
        if (durable != null && entry.isDurable()) {
            dispatcher.pause(consumer, entry);
            note(consumer, entry, countsAsAttempt ? "returned as failed" : "returned with changes");
            ends.propose(new Command.Requeue(
                    durable.id(), durable.epoch(), entry.offset, countsAsAttempt, kept, notBeforeMs));
            return;
        }
        entry.attempts += countsAsAttempt ? 1 : 0;
        entry.message = entry.body().withAdded(kept);
        entry.dueMs = notBeforeMs;
        dispatcher.confirm(entry);
        dispatcher.giveBack(entry);
    }

    /** A message leaves for its dead-letter address. */
    private void bury(
            Consumption consumer,
            Entry entry,
            DeadLetterReason reason,
            @Nullable String condition,
            @Nullable String description,
            boolean countsAsAttempt,
            Ends ends) {
        Death death = new Death(
                reason,
                entry.attempts + (countsAsAttempt ? 1 : 0),
                proposals.nowMs(),
                new Death.Party(consumer.request.containerId(), consumer.request.user()),
                condition,
                description);
        if (!entry.isDurable()) {
            counters.deadLettered++;
            totals.deadLettered++;
            sendSoft(entry, death);
            return;
        }
        dispatcher.pause(consumer, entry);
        note(consumer, entry, reason == DeadLetterReason.REJECTED ? "rejected" : "returned for the last time");
        if (target(reason) == null || entry.message != null) {
            proposeLetter(ends, entry.offset, entry.sizeBytes, entry.message, death);
            return;
        }
        SubscriptionState subscription = dispatcher.subscription();
        ends.readBegins();
        proposals.read(address, new long[] {entry.offset}, 0, Integer.MAX_VALUE, (messages, count) -> {
            Message message = messages[0];
            if (message != null) {
                proposeLetter(ends, entry.offset, entry.sizeBytes, subscription.view(entry.offset, message), death);
            }
            ends.readEnds();
        });
    }

    private void note(Consumption consumer, Entry entry, String what) {
        proposals.incident(new Incident(
                proposals.nowMs(),
                dispatcher.subscription().id(),
                entry.offset,
                what,
                consumer.request.containerId(),
                consumer.request.user()));
    }

    private @Nullable AddressKey target(DeadLetterReason reason) {
        return DeadLettering.target(address, durable, reason);
    }

    private void proposeLetter(Ends ends, long offset, long bytes, @Nullable Message message, Death death) {
        SubscriptionState subscription = dispatcher.subscription();
        AddressKey target = target(death.reason());
        Message letter = target == null || message == null ? null : letter(subscription, offset, message, death);
        ends.propose(new Command.DeadLetter(
                subscription.id(),
                subscription.epoch(),
                offset,
                bytes,
                death.reason(),
                letter == null ? null : target,
                letter));
    }

    private Message letter(@Nullable SubscriptionState subscription, long offset, Message message, Death death) {
        Object id = inspector.open(message).get("JMSMessageID");
        return DeadLettering.letter(address, subscription, offset, message, id == null ? null : id.toString(), death);
    }

    /** The time to live of a message that is ready or waits ran out. */
    void expire(Entry entry) {
        Death death = Death.expired(entry.attempts, proposals.nowMs());
        if (!entry.isDurable()) {
            counters.expired++;
            totals.expired++;
            sendSoft(entry, death);
            return;
        }
        ledger.move(entry, Entry.State.ENDING);
        if (target(DeadLetterReason.EXPIRED) == null) {
            proposals.expire(dispatcher, entry.offset, entry.sizeBytes);
        } else {
            proposeLetter(proposals, entry.offset, entry.sizeBytes, entry.body(), death);
        }
    }

    /** The time to live of a message that no entry holds ran out; its policy keeps it. */
    void expireUnheld(long offset, Message message) {
        int attempts = dispatcher.subscription().redeliveries().attempts(offset);
        proposeLetter(proposals, offset, message.sizeBytes(), message, Death.expired(attempts, proposals.nowMs()));
    }

    private void sendSoft(Entry entry, Death death) {
        AddressKey target = target(death.reason());
        if (target != null) {
            proposals.letter(target, letter(durable, -1, entry.body(), death));
        }
        dispatcher.finishSoft(entry);
    }
}
