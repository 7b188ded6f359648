// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.security.SaslFrameBody;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/** What an engine tells its owner. Called on the connection's event loop, from within {@link AmqpEngine#input}. */
public interface EngineListener {

    /** Whether a peer may begin with the AMQP header, without SASL. */
    boolean allowsPlainHeader();

    /** The peer wants SASL, and the SASL header is on its way back: time to offer mechanisms. */
    void saslStarted();

    void saslFrame(SaslFrameBody frame);

    /**
     * Input is not looked at for now, because an answer of the owner must come first, or is looked at again. No more of it
     * should be read from the socket meanwhile.
     */
    void inputHeld(boolean isHeld);

    /** The peer's open, to be answered by {@link AmqpEngine#open}. */
    void opened(Open open);

    /** A sending peer wants a link, to be answered by accept or refuse, now or later. */
    void attached(IncomingEndpoint link, Attach attach);

    /** A receiving peer wants a link, to be answered by accept or refuse, now or later. */
    void attached(OutgoingEndpoint link, Attach attach);

    /** A session has ended on its own, the connection goes on; its links were told before. */
    void sessionEnded(EngineSession session);

    /**
     * The connection has ended in AMQP terms: every link was told, and the closing frames are written. The owner closes the
     * socket once they are flushed.
     *
     * @param error ours or the peer's; null for an orderly end
     * @param isStreamLost whether the peer's bytes can no longer be read as frames, so that its close cannot be awaited
     */
    void ended(@Nullable ErrorCondition error, boolean isStreamLost);

    /** The peer has answered the close that we sent. */
    void closeAnswered();
}
