// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import io.postrider.conformance.kit.BrokerUnderTest;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One broker for all bad input tests, with limits low enough to run into. */
final class LimitedBroker implements ParameterResolver {
    static final int MAX_FRAME_SIZE_BYTES = 64 * 1024;
    static final int MAX_MESSAGE_SIZE_BYTES = 256 * 1024;
    static final int CHANNEL_MAX = 15;
    static final int HANDLE_MAX = 31;
    static final int PRODUCER_CREDIT = 20;
    static final int OPEN_TIMEOUT_MS = 3_000;
    static final String USER = "alice";
    static final String PASSWORD = "correct horse 17";

    private static final Namespace NAMESPACE = Namespace.create(LimitedBroker.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BrokerUnderTest.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class)
                .broker;
    }

    private static final class Running implements AutoCloseable {
        private final BrokerUnderTest broker = BrokerUnderTest.named("badinput")
                .withUser(USER, PASSWORD)
                .with("amqp.max-frame-size-bytes", MAX_FRAME_SIZE_BYTES + "B")
                .with("amqp.max-message-size-bytes", MAX_MESSAGE_SIZE_BYTES + "B")
                .with("amqp.channel-max", Integer.toString(CHANNEL_MAX))
                .with("amqp.handle-max", Integer.toString(HANDLE_MAX))
                .with("amqp.producer-credit", Integer.toString(PRODUCER_CREDIT))
                .with("amqp.open-timeout-ms", Integer.toString(OPEN_TIMEOUT_MS))
                .start();

        @Override
        public void close() {
            broker.close();
        }
    }
}
