// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one running broker for the whole test run, as a parameter of type {@link BrokerUnderTest}. Tests keep apart by
 * using addresses of their own, and must not stop it.
 */
public final class SharedBroker implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);

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
        private final BrokerUnderTest broker =
                BrokerUnderTest.named("shared").with("auth.anonymous", "true").start();

        @Override
        public void close() {
            broker.close();
        }
    }
}
