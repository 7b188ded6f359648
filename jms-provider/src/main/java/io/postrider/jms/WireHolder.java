// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.RemotePeer;
import io.postrider.jms.wire.WireConnection;
import io.postrider.jms.wire.WireListener;
import io.postrider.jms.wire.WireSettings;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP connection of a JMS connection. It is dialled when the JMS connection is created, so that a wrong password shows
 * at once, and opened when it is first used, because only then the client ID is settled (Jakarta Messaging 3.1 §6.1.2).
 * Until it is opened a lost socket costs nothing and is dialled again. Any thread.
 */
final class WireHolder {
    private final WireSettings settings;
    private final WireListener listener;
    private final Object monitor = new Object();

    // Guarded by the monitor.
    private WireConnection wire;
    private @Nullable RemotePeer peer;
    private boolean isClosed;

    WireHolder(WireSettings settings, WireListener listener) throws JMSException {
        this.settings = settings;
        this.listener = listener;
        this.wire = WireConnection.dial(settings, this::failed);
    }

    static WireSettings settings(ClientOptions options, @Nullable String user, @Nullable String password) {
        return new WireSettings(
                options.host(),
                options.port(),
                options.hostname(),
                user,
                password,
                options.transport().idleTimeoutMs(),
                options.transport().maxFrameSize(),
                options.transport().channelMax(),
                options.transport().hasSaslLayer(),
                options.transport().isTcpNoDelay(),
                options.timeouts().connectMs(),
                options.timeouts().requestMs(),
                options.timeouts().closeMs(),
                options.transport().isDaemon());
    }

    private void failed(JMSException cause) {
        boolean isOpen;
        synchronized (monitor) {
            isOpen = peer != null;
        }
        if (isOpen) {
            listener.failed(cause);
        }
    }

    /** The opened connection; opens it if this is the first use. */
    WireConnection open(String containerId) throws JMSException {
        synchronized (monitor) {
            if (isClosed) {
                throw new IllegalStateException("The connection is closed");
            }
            if (peer == null) {
                if (!wire.isUsable()) {
                    wire = WireConnection.dial(settings, this::failed);
                }
                peer = wire.open(containerId);
            }
            return wire;
        }
    }

    boolean isOpen() {
        synchronized (monitor) {
            return peer != null;
        }
    }

    /** What the broker said of itself. */
    RemotePeer peer() {
        synchronized (monitor) {
            if (peer == null) {
                throw new java.lang.IllegalStateException("Expected an opened connection");
            }
            return peer;
        }
    }

    void close() {
        WireConnection last;
        synchronized (monitor) {
            isClosed = true;
            last = wire;
        }
        last.close();
    }
}
