// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.TransactionId;
import io.postrider.jms.wire.WireSession;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the sends and acknowledgements of a session are part of: its own transaction, or a branch of a global one. */
interface SessionWork {
    /** Whether there is a transaction now. A session of a global transaction works without one between its branches. */
    boolean isActive();

    /** The transaction a send or an acknowledgement becomes part of, or null if it is lost already. */
    @Nullable
    TransactionId join();

    /** A send of this transaction sets out; told how it ended. */
    Consumer<@Nullable JMSException> sendBegins();

    /** What is open is gone with the connection. */
    void lost(JMSException reason);

    /** Works on a new connection from now on. */
    void reattach(WireSession newWire) throws JMSException;

    /**
     * Rolls back for good what is open: the session is being closed.
     *
     * @param received messages that have no outcome yet
     */
    void close(List<Inbound> received, long limitMs) throws JMSException;
}
