// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.jspecify.annotations.Nullable;

/** The sessions of one connection by the peer's channels (AMQP 1.0 §2.5.1). Owned by the connection's event loop. */
final class SessionTable {
    private final int channelMax;
    private @Nullable EngineSession[] sessions = new EngineSession[2];
    private final BitSet ourChannels = new BitSet();
    private int peerChannelMax = 0xffff;

    SessionTable(int channelMax) {
        this.channelMax = channelMax;
    }

    /** The highest channel number we may use. */
    void peerChannelMax(int highest) {
        peerChannelMax = highest;
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
        if (begin.getRemoteChannel() != null) {
            throw ProtocolException.connection(
                    AmqpError.INVALID_FIELD,
                    "Expected no remote-channel in a begin, because we began no session; but found "
                            + begin.getRemoteChannel());
        }
        if (channel >= sessions.length) {
            sessions = Arrays.copyOf(sessions, Math.min(channelMax + 1, Math.max(channel + 1, 2 * channel)));
        }
        if (sessions[channel] != null) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR, "Expected a free channel, but " + channel + " is in use");
        }
        int ours = ourChannel(channel);
        ourChannels.set(ours);
        sessions[channel] = new EngineSession(engine, writer, channel, ours, begin);
    }

    /** The peer's own number where that is possible; the two directions number their channels apart (AMQP 1.0 §2.5.1). */
    private int ourChannel(int peers) {
        if (peers <= peerChannelMax && !ourChannels.get(peers)) {
            return peers;
        }
        int free = ourChannels.nextClearBit(0);
        if (free > peerChannelMax) {
            throw ProtocolException.connection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "Expected at most " + (peerChannelMax + 1) + " sessions, as the peer's own channel-max says");
        }
        return free;
    }

    /** Both sides have ended the session. */
    void remove(int channel) {
        EngineSession session = sessions[channel];
        if (session != null) {
            ourChannels.clear(session.channel());
            sessions[channel] = null;
        }
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
