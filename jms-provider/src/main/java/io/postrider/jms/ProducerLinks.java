// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.Send;
import io.postrider.jms.wire.SenderSpec;
import io.postrider.jms.wire.TransactionId;
import io.postrider.jms.wire.WireSender;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The link or links of one producer: one to its destination, or one to the broker's anonymous relay, or, where the broker
 * has no relay, one to each of the last few destinations. Any thread.
 */
final class ProducerLinks {
    private static final int KEPT_MAX = 8;

    private final ClientSession session;
    private final String producerId;
    private final boolean wantsDelay;
    private final @Nullable PostriderDestination destination;
    /** Replaced by another when the connection was lost and came back. */
    private volatile @Nullable WireSender fixed;

    /** Most recently used last. Guarded by itself. */
    private final Map<PostriderDestination, WireSender> perDestination = new LinkedHashMap<>(16, 0.75f, true);

    private ProducerLinks(
            ClientSession session, String producerId, boolean wantsDelay, @Nullable PostriderDestination destination)
            throws JMSException {
        this.session = session;
        this.producerId = producerId;
        this.wantsDelay = wantsDelay;
        this.destination = destination;
        this.fixed = destination != null || session.peer().hasAnonymousRelay() ? attach(destination) : null;
    }

    /** Lives on in the session's new connection; links per destination are attached again when they are used. */
    void reattach() throws JMSException {
        WireSender old = fixed;
        if (old != null && old.session() != session.wire()) {
            fixed = attach(destination);
        }
    }

    static ProducerLinks open(ClientSession session, String producerId, @Nullable PostriderDestination destination)
            throws JMSException {
        return new ProducerLinks(session, producerId, !session.peer().hasDelayedDelivery(), destination);
    }

    private WireSender attach(@Nullable PostriderDestination destination) throws JMSException {
        String address = destination == null ? null : session.address(destination);
        DestinationKind kind = destination == null ? null : destination.kind();
        ClientOptions.Presettle presettle = session.options().presettle();
        boolean isPresettled = session.transaction() == null
                ? presettle.isProducer(kind)
                : presettle.isProducer(kind) && presettle.transactedProducers();
        WireSender sender = session.wire()
                .sender(new SenderSpec(
                        "postrider:sender:" + producerId + ":" + (address == null ? "" : address),
                        producerId,
                        address,
                        destination == null ? null : destination.kind().capability(),
                        false,
                        isPresettled,
                        wantsDelay));
        sender.whenDetached(session.connection()::report);
        return sender;
    }

    void send(PostriderDestination to, byte[] encoded, Send send, @Nullable TransactionId transaction, long timeoutMs)
            throws JMSException {
        link(to).send(encoded, send, transaction, timeoutMs);
    }

    boolean offersDelay(PostriderDestination to) throws JMSException {
        return !wantsDelay || link(to).offersDelay();
    }

    private WireSender link(PostriderDestination to) throws JMSException {
        WireSender only = fixed;
        if (only != null) {
            return only;
        }
        List<WireSender> surplus = new ArrayList<>();
        synchronized (perDestination) {
            WireSender known = perDestination.get(to);
            if (known != null && known.isUsable()) {
                return known;
            }
            WireSender fresh = attach(to);
            perDestination.put(to, fresh);
            while (perDestination.size() > KEPT_MAX) {
                PostriderDestination eldest = perDestination.keySet().iterator().next();
                surplus.add(perDestination.remove(eldest));
            }
            for (WireSender sender : surplus) {
                sender.closeWhenSettled();
            }
            return fresh;
        }
    }

    void close() throws JMSException {
        WireSender only = fixed;
        if (only != null) {
            only.close(true);
        }
        synchronized (perDestination) {
            for (WireSender sender : perDestination.values()) {
                sender.close(true);
            }
            perDestination.clear();
        }
    }
}
