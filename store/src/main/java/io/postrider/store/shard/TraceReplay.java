// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.MessageTrace.Step;
import io.postrider.api.port.TraceRequest;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Applies entries of the log once more, to a state of its own, and writes down what happens to one message. Owned by one thread, which is not the
 * shard's.
 */
final class TraceReplay implements Effects {
    /** A message that is not named by its offset may be there several times. */
    private static final int OFFSETS_MAX = 100;

    private final ShardMachine machine;
    private final AddressKey address;
    private final @Nullable String messageId;
    private final MessageInspector inspector;
    private final Set<Long> offsets = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();
    private final Set<String> ended = new HashSet<>();
    private long firstMs;
    private long timeMs;
    private Command whole = new Command.DropBody(0);
    private Command current = whole;

    TraceReplay(ShardMachine machine, TraceRequest request, MessageInspector inspector) {
        this.machine = machine;
        this.address = request.address();
        this.messageId = request.messageId();
        this.inspector = inspector;
        Long offset = request.offset();
        if (offset != null) {
            offsets.add(offset);
        }
    }

    void apply(ByteBuffer entry) {
        CommandReader.decode(entry, (time, command, bodyAt, bodyBytes) -> {
            timeMs = time;
            firstMs = firstMs == 0 ? time : firstMs;
            whole = command;
            current = command;
            machine.apply(time, command, this);
        });
    }

    List<Step> steps() {
        return steps;
    }

    Set<Long> offsets() {
        return offsets;
    }

    /** Time of the first entry; 0 if there was none. */
    long firstMs() {
        return firstMs;
    }

    @Override
    public void part(int part) {
        if (whole instanceof Command.Commit commit) {
            current = commit.parts().get(part);
        }
    }

    private void add(long offset, String text) {
        steps.add(new Step(timeMs, offset, text, true));
    }

    private boolean isMeant(SubscriptionState subscription, long offset) {
        return offsets.contains(offset)
                && subscription.address().definition().key().equals(address);
    }

    private static String of(SubscriptionState subscription) {
        SubscriptionDefinition definition = subscription.definition();
        return definition == null ? "" : " of subscription '" + definition.key() + "'";
    }

    private void end(SubscriptionState subscription, long offset, String text) {
        ended.add(subscription.id() + "/" + offset);
        add(offset, text);
    }

    @Override
    public void published(AddressState to, long offset, Message message, @Nullable String publisher) {
        if (!to.definition().key().equals(address)) {
            return;
        }
        if (messageId != null && offsets.size() < OFFSETS_MAX) {
            Object id = inspector.open(message).get("JMSMessageID");
            if (messageId.equals(id)) {
                offsets.add(offset);
            }
        }
        if (offsets.contains(offset)) {
            add(offset, "taken at offset " + offset + ", " + message.sizeBytes() + " bytes" + from(message));
        }
    }

    private static String from(Message message) {
        String origin = message.added().text(AnnotationKeys.ORIGIN_QUEUE);
        Long offset = message.added().number(AnnotationKeys.ORIGIN_OFFSET);
        return origin == null
                ? ""
                : ", as a dead letter from '" + origin + "'" + (offset == null ? "" : " offset " + offset);
    }

    @Override
    public void redriven(SubscriptionState subscription, long offset, Message message) {
        if (isMeant(subscription, offset)) {
            add(offset, "sent back from a dead-letter queue to a consumer" + of(subscription));
        }
    }

    @Override
    public void settled(SubscriptionState subscription, long offset) {
        if (isMeant(subscription, offset)) {
            end(
                    subscription,
                    offset,
                    current instanceof Command.Redrive
                            ? "sent back to where it came from"
                            : "accepted by a consumer" + of(subscription));
        }
    }

    @Override
    public void requeued(SubscriptionState subscription, Command.Requeue command) {
        if (isMeant(subscription, command.offset())) {
            int attempts = subscription.redeliveries().attempts(command.offset());
            add(
                    command.offset(),
                    "returned by a consumer" + of(subscription) + ", failed attempts " + attempts
                            + (command.notBeforeMs() == 0
                                    ? ""
                                    : ", next not before " + Instant.ofEpochMilli(command.notBeforeMs())));
        }
    }

    @Override
    public void deferred(SubscriptionState subscription, Command.Defer command) {
        if (isMeant(subscription, command.offset())) {
            add(command.offset(), "put aside by a consumer" + of(subscription) + " as '" + command.token() + "'");
        }
    }

    @Override
    public void deferredReturned(SubscriptionState subscription, Roaring64Bitmap returned) {
        for (long offset : offsets) {
            if (isMeant(subscription, offset) && returned.contains(offset)) {
                add(offset, "returned from aside by an operator");
            }
        }
    }

    @Override
    public void deadLettered(SubscriptionState subscription, long offset) {
        if (isMeant(subscription, offset)) {
            end(subscription, offset, "dead-lettered" + of(subscription) + detail());
        }
    }

    @Override
    public void expired(SubscriptionState subscription, long offset) {
        if (isMeant(subscription, offset)) {
            end(
                    subscription,
                    offset,
                    "expired" + of(subscription) + (current instanceof Command.DeadLetter ? detail() : ""));
        }
    }

    private String detail() {
        if (!(current instanceof Command.DeadLetter letter)) {
            return "";
        }
        return ": " + letter.reason().text()
                + (letter.target() == null ? ", dropped" : ", to '" + letter.target() + "'");
    }

    @Override
    public void purged(SubscriptionState subscription, long upToExclusive, OffsetRanges except) {
        for (long offset : List.copyOf(offsets)) {
            if (isMeant(subscription, offset)
                    && offset < subscription.address().log().end()
                    && !subscription.wants(offset)
                    && !ended.contains(subscription.id() + "/" + offset)) {
                end(subscription, offset, "not there any more after a purge" + of(subscription));
            }
        }
    }
}
