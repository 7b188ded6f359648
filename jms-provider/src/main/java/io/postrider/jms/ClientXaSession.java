// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.wire.WireSession;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicSession;
import jakarta.jms.XAQueueSession;
import jakarta.jms.XATopicSession;
import javax.transaction.xa.XAResource;

/**
 * A session whose work belongs to the branch its transaction manager has started. Outside of one it sends and acknowledges by itself, as an
 * auto-acknowledge session does.
 */
final class ClientXaSession extends ClientSession implements XAQueueSession, XATopicSession {
    private final XAResource resource;

    ClientXaSession(ClientConnection connection, WireSession wire, String id, Domain domain, XaWork work) {
        super(connection, wire, id, domain, AckMode.TRANSACTED, work);
        resource = new XaSessionResource(this, work);
    }

    @Override
    public Session getSession() {
        return this;
    }

    @Override
    public QueueSession getQueueSession() {
        return this;
    }

    @Override
    public TopicSession getTopicSession() {
        return this;
    }

    @Override
    public XAResource getXAResource() {
        return resource;
    }
}
