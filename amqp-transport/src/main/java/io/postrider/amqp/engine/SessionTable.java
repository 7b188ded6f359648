// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.jspecify.annotations.Nullable;

/** The sessions of one connection by the peer's channels (AMQP 1.0 §2.5.1). Owned by the connection's event loop. */
final class SessionTable {
    private final int channelMax;
    private @Nullable EngineSession[] sessions = new EngineSession[2];

    SessionTable(int channelMax) {
        this.channelMax = channelMax;
    }

    /** The session on a channel; it may have ended on our side already. */
    EngineSession get(int channel) {
        EngineSession session = channel < sessions.length ? sessions[channel] : null;
        if (session == null) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR,
                    "Expected a channel with a session, but found " + channel + ", on which none was begun");
        }
        return session;
    }

    void begin(AmqpEngine engine, FrameWriter writer, int channel, Begin begin) {
        if (channel > channelMax) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR,
                    "Expected a channel of at most " + channelMax + ", but found " + channel);
        }
        if (begin.getRemoteChannel() != null) {
            throw ProtocolException.connection(
                    AmqpError.INVALID_FIELD,
                    "Expected no remote-channel in a begin, because we began no session; but found "
                            + begin.getRemoteChannel());
        }
        if (begin.getNextOutgoingId() == null || begin.getIncomingWindow() == null) {
            throw WireFormat.malformed("Expected a begin to carry next-outgoing-id and incoming-window");
        }
        if (channel >= sessions.length) {
            sessions = Arrays.copyOf(sessions, Math.min(channelMax + 1, Math.max(channel + 1, 2 * channel)));
        }
        if (sessions[channel] != null) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR, "Expected a free channel, but " + channel + " is in use");
        }
        sessions[channel] = new EngineSession(engine, writer, channel, begin);
    }

    void remove(int channel) {
        sessions[channel] = null;
    }

    /** The connection ends, and every session with it. */
    void endAll(boolean isOrderly) {
        EngineSession[] all = Arrays.copyOf(sessions, sessions.length);
        Arrays.fill(sessions, null);
        for (EngineSession session : all) {
            if (session != null) {
                session.flushDispositions();
                session.lost(isOrderly);
            }
        }
    }
}
