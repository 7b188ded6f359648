// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Transport;
import org.apache.qpid.proton.engine.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The protocol engine of one connection: bytes in, bytes out, events between. No I/O and no lock of its own; guarded by
 * the lock of its {@link WireConnection}.
 */
final class Engine {
    /** SASL frames may exceed the 512 bytes of the text: tokens do. */
    private static final int SASL_FRAME_SIZE = 64 * 1024;

    final Transport transport = Proton.transport();
    final Connection connection = Proton.connection();
    private final Collector collector = Proton.collector();
    private final @Nullable Sasl sasl;

    Engine(WireSettings settings) {
        transport.setEmitFlowEventOnSend(false);
        transport.setMaxFrameSize(settings.transport().maxFrameSize());
        transport.setChannelMax(settings.transport().channelMax());
        transport.setInitialRemoteMaxFrameSize(SASL_FRAME_SIZE);
        if (settings.transport().idleTimeoutMs() > 0) {
            transport.setIdleTimeout(settings.transport().idleTimeoutMs());
        }
        if (settings.transport().hasSaslLayer()) {
            sasl = transport.sasl();
            sasl.client();
            sasl.setRemoteHostname(settings.hostname());
        } else {
            sasl = null;
        }
        connection.collect(collector);
        transport.bind(connection);
    }

    @Nullable
    Sasl sasl() {
        return sasl;
    }

    /** Feeds what was read. */
    void input(byte[] bytes, int length) throws JMSException {
        int fed = 0;
        try {
            while (fed < length) {
                int capacity = transport.capacity();
                if (capacity <= 0) {
                    // The engine takes no more after a close; what follows has no meaning.
                    return;
                }
                int part = Math.min(capacity, length - fed);
                transport.tail().put(bytes, fed, part);
                transport.process();
                fed += part;
            }
        } catch (TransportException e) {
            throw JmsErrors.withCause("The broker sent something that is not AMQP: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // The engine does not check handles and the like; see hot-path notes in ARCHITECTURE.md.
            throw JmsErrors.withCause("The broker broke the AMQP protocol", e);
        }
    }

    /** The broker closed its side of the socket. */
    void inputClosed() {
        transport.close_tail();
    }

    /** Moves what the engine has to say to the outbox. */
    void output(Outbox outbox) {
        while (transport.pending() > 0) {
            // Asking for the head makes the engine write on, so that there may be more than was pending.
            ByteBuffer head = transport.head();
            int length = head.remaining();
            outbox.append(head.duplicate());
            transport.pop(length);
        }
    }

    /** Hands out what happened since the last call. */
    void dispatch(WireConnection owner) {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            dispatch(event, owner);
            collector.pop();
        }
    }

    private static void dispatch(Event event, WireConnection owner) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> owner.remotelyOpened();
            case CONNECTION_REMOTE_CLOSE -> owner.remotelyClosed();
            case SESSION_REMOTE_OPEN -> {
                if (event.getSession().getContext() instanceof WireSession session) {
                    session.remotelyOpened();
                }
            }
            case SESSION_REMOTE_CLOSE -> {
                if (event.getSession().getContext() instanceof WireSession session) {
                    session.remotelyClosed();
                }
            }
            case LINK_REMOTE_OPEN -> {
                if (of(event.getLink()) instanceof WireLink link) {
                    link.remotelyOpened();
                }
            }
            case LINK_REMOTE_CLOSE, LINK_REMOTE_DETACH -> {
                if (of(event.getLink()) instanceof WireLink link) {
                    link.remotelyClosed();
                }
            }
            case LINK_FLOW -> flow(event.getLink());
            case DELIVERY -> delivery(event);
            default -> {}
        }
    }

    private static void flow(Link link) {
        if (link instanceof Sender && of(link) instanceof WireSender sender) {
            sender.flowed();
        } else if (link instanceof Sender && of(link) instanceof WireCoordinator coordinator) {
            coordinator.flowed();
        } else if (link instanceof Receiver && of(link) instanceof WireReceiver receiver) {
            receiver.flowed();
        }
    }

    private static void delivery(Event event) {
        Object link = of(event.getLink());
        if (link instanceof WireReceiver receiver) {
            receiver.delivery(event.getDelivery());
        } else if (link instanceof WireSender sender) {
            sender.settlement(event.getDelivery());
        } else if (link instanceof WireCoordinator coordinator) {
            coordinator.settlement(event.getDelivery());
        }
    }

    private static @Nullable Object of(Link link) {
        return link.getContext();
    }
}
