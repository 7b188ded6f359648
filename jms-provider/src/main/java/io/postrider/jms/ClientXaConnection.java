// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.uri.ClientOptions;
import jakarta.jms.JMSException;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XAQueueSession;
import jakarta.jms.XASession;
import jakarta.jms.XATopicConnection;
import jakarta.jms.XATopicSession;
import org.jspecify.annotations.Nullable;

/** A connection that makes sessions for global transactions, and others. Any thread. */
final class ClientXaConnection extends ClientConnection implements XAQueueConnection, XATopicConnection {
    ClientXaConnection(ClientOptions options, Domain domain, @Nullable String user, @Nullable String password)
            throws JMSException {
        super(options, domain, user, password);
    }

    @Override
    public XASession createXASession() throws JMSException {
        return xaSession(Domain.COMMON);
    }

    @Override
    public XAQueueSession createXAQueueSession() throws JMSException {
        return xaSession(Domain.QUEUE);
    }

    @Override
    public XATopicSession createXATopicSession() throws JMSException {
        return xaSession(Domain.TOPIC);
    }

    private ClientXaSession xaSession(Domain domain) throws JMSException {
        return open(
                domain,
                (wire, id) -> new ClientXaSession(
                        this,
                        wire,
                        id,
                        domain,
                        new XaWork(wire, id, options().timeouts().requestMs())));
    }
}
