// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.Reply;
import io.postrider.api.port.WhyRequest;
import io.postrider.api.selector.Selector;
import io.postrider.store.dispatch.ConsumerView;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.dispatch.PlaceView;
import io.postrider.store.dispatch.QueueView;
import io.postrider.store.explain.ConsumerReason;
import io.postrider.store.explain.MessageReason;
import io.postrider.store.explain.QueueReason;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers why something does not move. Owned by the shard's thread. */
final class Explanations {
    private static final int SAMPLE_COUNT = 1000;
    private static final int SAMPLE_BYTES = 4 << 20;

    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final MessageInspector inspector;

    Explanations(ShardState state, ShardRunner runner, ShardEffects effects, MessageInspector inspector) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.inspector = inspector;
    }

    void why(WhyRequest request, Reply<String> reply) {
        AddressState address = state.address(request.address());
        String producer = request.producer();
        if (address != null && producer != null) {
            reply.ok(producers(address, producer));
            return;
        }
        SubscriptionState subscription = address == null ? null : address.subscription(request.subscription());
        if (subscription == null) {
            reply.rejected(new Rejection(
                    ErrorCode.NOT_FOUND,
                    "There is no queue or durable subscription '" + request.address()
                            + (request.subscription().isEmpty() ? "" : "::" + request.subscription()) + "'"));
            return;
        }
        Dispatcher dispatcher = effects.dispatcher(subscription);
        Long offset = request.offset();
        String consumer = request.consumer();
        if (offset != null) {
            message(subscription, dispatcher, offset, reply);
        } else if (consumer != null) {
            consumers(subscription, dispatcher, consumer, reply);
        } else {
            queue(subscription, dispatcher, reply::ok);
        }
    }

    private void queue(SubscriptionState subscription, Dispatcher dispatcher, Consumer<String> answer) {
        QueueView view = dispatcher.view();
        long[] sample = QueueReason.needsSample(view) ? dispatcher.readyOffsets(SAMPLE_COUNT) : new long[0];
        if (sample.length == 0) {
            answer.accept(QueueReason.of(view, Explanations::time));
            return;
        }
        List<Selector> selectors = QueueReason.able(view).stream()
                .map(ConsumerView::selector)
                .filter(Objects::nonNull)
                .map(Selector::parse)
                .toList();
        runner.read(subscription.address(), sample, 0, SAMPLE_BYTES, (messages, count) -> {
            int matching = 0;
            for (int i = 0; i < count; i++) {
                matching += matches(selectors, messages[i]) ? 1 : 0;
            }
            answer.accept(QueueReason.ofSample(view, count, matching));
        });
    }

    private static String time(long timeMs) {
        return Instant.ofEpochMilli(timeMs).toString();
    }

    private boolean matches(List<Selector> selectors, @Nullable Message message) {
        if (message == null) {
            return false;
        }
        MessageInspector.Fields fields = inspector.open(message);
        return selectors.stream().anyMatch(selector -> selector.matches(fields));
    }

    private void message(SubscriptionState subscription, Dispatcher dispatcher, long offset, Reply<String> reply) {
        PlaceView place = dispatcher.place(offset);
        long end = subscription.address().log().end();
        if (place.standing() == PlaceView.Standing.READY) {
            queue(
                    subscription,
                    dispatcher,
                    why -> reply.ok(MessageReason.of(offset, place, end, why, Explanations::time)));
        } else {
            reply.ok(MessageReason.of(offset, place, end, "", Explanations::time));
        }
    }

    private void consumers(
            SubscriptionState subscription, Dispatcher dispatcher, String container, Reply<String> reply) {
        QueueView view = dispatcher.view();
        List<ConsumerView> found = view.consumers().stream()
                .filter(each -> each.container().equals(container))
                .toList();
        if (found.isEmpty()) {
            reply.rejected(new Rejection(
                    ErrorCode.NOT_FOUND,
                    "No consumer of the container '" + container + "' is attached here; there are "
                            + view.consumers().stream()
                                    .map(ConsumerView::container)
                                    .distinct()
                                    .limit(20)
                                    .toList()));
            return;
        }
        queue(subscription, dispatcher, why -> {
            List<String> sentences = new ArrayList<>();
            found.forEach(each -> sentences.add(ConsumerReason.of(each, view, why)));
            reply.ok(String.join(System.lineSeparator(), sentences));
        });
    }

    private String producers(AddressState address, String container) {
        List<String> sentences = new ArrayList<>();
        for (ProducerHandle producer : effects.producers(address)) {
            if (producer.container().equals(container)) {
                List<String> holds = producer.holds().texts();
                sentences.add("Producer '" + container + "' (user " + producer.user() + ") "
                        + (holds.isEmpty()
                                ? "is not held: it has credit from the broker."
                                : "gets no credit: " + String.join("; ", holds) + "."));
            }
        }
        return sentences.isEmpty()
                ? "No producer of the container '" + container + "' is attached to '"
                        + address.definition().key() + "'; "
                        + effects.producers(address).size() + " others are."
                : String.join(System.lineSeparator(), sentences);
    }
}
