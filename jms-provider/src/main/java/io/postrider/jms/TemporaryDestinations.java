// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.destination.PostriderTemporaryQueue;
import io.postrider.jms.destination.PostriderTemporaryTopic;
import io.postrider.jms.destination.TemporaryOwner;
import io.postrider.jms.wire.SenderSpec;
import io.postrider.jms.wire.WireSender;
import io.postrider.jms.wire.WireSession;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.Map;

/**
 * The temporary destinations of a connection. Each lives as long as the link that made it (AMQP 1.0 §3.5.3). Any thread.
 */
final class TemporaryDestinations {
    private final String connectionId;
    private final Map<PostriderDestination, WireSender> makers = new HashMap<>();
    private int count;

    TemporaryDestinations(String connectionId) {
        this.connectionId = connectionId;
    }

    synchronized PostriderDestination create(DestinationKind kind, WireSession session, TemporaryOwner owner)
            throws JMSException {
        WireSender maker = maker(kind, session);
        String address = maker.remoteAddress();
        PostriderDestination destination = kind.isTopic()
                ? new PostriderTemporaryTopic(address, owner)
                : new PostriderTemporaryQueue(address, owner);
        makers.put(destination, maker);
        return destination;
    }

    private WireSender maker(DestinationKind kind, WireSession session) throws JMSException {
        String name = "postrider:" + kind.capability() + "-creator:" + connectionId + ":" + ++count;
        return session.sender(new SenderSpec(name, connectionId, null, kind.capability(), true, false, false));
    }

    /** Makes all of them again on a new connection. The broker gives them other addresses; their names here stay. */
    synchronized void reattach(WireSession session) throws JMSException {
        for (Map.Entry<PostriderDestination, WireSender> entry : makers.entrySet()) {
            entry.setValue(maker(entry.getKey().kind(), session));
        }
    }

    /** Where the broker has the destination now. */
    synchronized String address(PostriderDestination destination) {
        WireSender maker = makers.get(destination);
        return maker == null ? destination.name() : maker.remoteAddress();
    }

    /** @throws InvalidDestinationException if the destination is temporary and not one of this connection */
    synchronized void checkMayConsume(PostriderDestination destination) throws JMSException {
        if (destination.kind().isTemporary() && !makers.containsKey(destination)) {
            throw new InvalidDestinationException(
                    "Only the connection that created " + destination + " may receive from it, while it exists");
        }
    }

    void delete(PostriderDestination destination) throws JMSException {
        WireSender maker;
        synchronized (this) {
            maker = makers.remove(destination);
        }
        if (maker != null) {
            maker.close(true);
        }
    }
}
