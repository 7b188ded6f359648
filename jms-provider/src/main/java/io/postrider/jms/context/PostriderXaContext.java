// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XASession;
import javax.transaction.xa.XAResource;

/** A context whose work belongs to the branch its transaction manager has started. Used by one thread, as its session is. */
public final class PostriderXaContext extends PostriderContext implements XAJMSContext {
    private final XASession xaSession;

    private PostriderXaContext(XAConnection connection, XASession session) {
        super(new SharedConnection(connection), session);
        this.xaSession = session;
    }

    /** The context of a new connection, which is closed if the context cannot be made. */
    public static PostriderXaContext of(XAConnection connection) throws JMSException {
        boolean isMade = false;
        try {
            PostriderXaContext context = new PostriderXaContext(connection, connection.createXASession());
            isMade = true;
            return context;
        } finally {
            if (!isMade) {
                connection.close();
            }
        }
    }

    @Override
    public JMSContext getContext() {
        return this;
    }

    @Override
    public XAResource getXAResource() {
        return xaSession.getXAResource();
    }

    @Override
    public boolean getTransacted() {
        return true;
    }
}
