// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import org.jspecify.annotations.Nullable;

/** A consumer of a context. Used by the context's thread. */
final class ContextConsumer implements JMSConsumer {
    private final PostriderContext context;
    private final BodyReceiver consumer;

    ContextConsumer(PostriderContext context, BodyReceiver consumer) {
        this.context = context;
        this.consumer = consumer;
    }

    @Override
    public @Nullable String getMessageSelector() {
        return Checked.get(consumer::getMessageSelector);
    }

    @Override
    public @Nullable MessageListener getMessageListener() {
        MessageListener listener = Checked.get(consumer::getMessageListener);
        return listener instanceof Remembering remembering ? remembering.target : listener;
    }

    @Override
    public void setMessageListener(@Nullable MessageListener listener) {
        Checked.run(() -> consumer.setMessageListener(listener == null ? null : new Remembering(listener)));
    }

    /** Lets {@link PostriderContext#acknowledge} know what was delivered. */
    private final class Remembering implements MessageListener {
        private final MessageListener target;

        Remembering(MessageListener target) {
            this.target = target;
        }

        @Override
        public void onMessage(Message message) {
            context.received(message);
            target.onMessage(message);
        }
    }

    @Override
    public @Nullable Message receive() {
        return remembered(Checked.get(() -> consumer.receive()));
    }

    @Override
    public @Nullable Message receive(long timeoutMs) {
        return remembered(Checked.get(() -> consumer.receive(timeoutMs)));
    }

    @Override
    public @Nullable Message receiveNoWait() {
        return remembered(Checked.get(consumer::receiveNoWait));
    }

    private @Nullable Message remembered(@Nullable Message message) {
        if (message != null) {
            context.received(message);
        }
        return message;
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type) {
        return body(type, BodyReceiver.FOREVER);
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type, long timeoutMs) {
        if (timeoutMs < 0) {
            throw new JMSRuntimeException("Expected a timeout of at least 0 ms, but got " + timeoutMs);
        }
        return body(type, timeoutMs == 0 ? BodyReceiver.FOREVER : timeoutMs);
    }

    @Override
    public <T> @Nullable T receiveBodyNoWait(Class<T> type) {
        return body(type, 0);
    }

    private <T> @Nullable T body(Class<T> type, long timeoutMs) {
        try {
            return consumer.receiveBody(type, timeoutMs, context::received);
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public void close() {
        Checked.run(consumer::close);
    }
}
