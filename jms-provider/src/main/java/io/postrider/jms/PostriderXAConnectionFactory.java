// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.context.PostriderXaContext;
import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XAQueueConnectionFactory;
import jakarta.jms.XATopicConnection;
import jakarta.jms.XATopicConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections whose sessions take part in global transactions (Jakarta Messaging 3.1 §6.3.5), and all others. Immutable; any thread. The
 * URI is that of {@link PostriderConnectionFactory}; the broker must offer the extension of docs/reference/xa-over-amqp.md, as Postrider does.
 */
public final class PostriderXAConnectionFactory extends PostriderConnectionFactory
        implements XAConnectionFactory, XAQueueConnectionFactory, XATopicConnectionFactory {
    private static final long serialVersionUID = 1L;

    /** Connects to the URI of {@link #URI_PROPERTY} or POSTRIDER_JMS_URL, or else to this machine. */
    public PostriderXAConnectionFactory() {}

    /** @throws IllegalArgumentException if the URI or one of its options is wrong; the text says which */
    public PostriderXAConnectionFactory(String uri) {
        super(uri);
    }

    /**
     * @param user overrides the URI's; null leaves it
     * @throws IllegalArgumentException if the URI or one of its options is wrong; the text says which
     */
    public PostriderXAConnectionFactory(@Nullable String user, @Nullable String password, String uri) {
        super(user, password, uri);
    }

    @Override
    public XAConnection createXAConnection() throws JMSException {
        return connectXa(Domain.COMMON);
    }

    @Override
    public XAConnection createXAConnection(@Nullable String userName, @Nullable String userPassword)
            throws JMSException {
        return connectXa(Domain.COMMON, userName, userPassword);
    }

    @Override
    public XAQueueConnection createXAQueueConnection() throws JMSException {
        return connectXa(Domain.QUEUE);
    }

    @Override
    public XAQueueConnection createXAQueueConnection(@Nullable String userName, @Nullable String userPassword)
            throws JMSException {
        return connectXa(Domain.QUEUE, userName, userPassword);
    }

    @Override
    public XATopicConnection createXATopicConnection() throws JMSException {
        return connectXa(Domain.TOPIC);
    }

    @Override
    public XATopicConnection createXATopicConnection(@Nullable String userName, @Nullable String userPassword)
            throws JMSException {
        return connectXa(Domain.TOPIC, userName, userPassword);
    }

    @Override
    public XAJMSContext createXAContext() {
        try {
            return PostriderXaContext.of(connectXa(Domain.COMMON));
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public XAJMSContext createXAContext(@Nullable String userName, @Nullable String userPassword) {
        try {
            return PostriderXaContext.of(connectXa(Domain.COMMON, userName, userPassword));
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }
}
