// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.port.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/** The transactions one connection has declared and not discharged. Owned by the connection's event loop. */
final class PeerTransactions {
    private final Map<Binary, PeerTransaction> byId = new HashMap<>();
    private final Set<IncomingLink> senders = new LinkedHashSet<>();
    private @Nullable UUID prefix;
    private long count;

    /** A name nobody else can guess, of 24 bytes. */
    private Binary nextId() {
        UUID own = prefix;
        if (own == null) {
            own = UUID.randomUUID();
            prefix = own;
        }
        return new Binary(ByteBuffer.allocate(24)
                .putLong(own.getMostSignificantBits())
                .putLong(own.getLeastSignificantBits())
                .putLong(count++)
                .array());
    }

    PeerTransaction add(Transaction transaction, CoordinatorLink owner) {
        PeerTransaction declared = new PeerTransaction(nextId(), transaction, owner);
        byId.put(declared.id(), declared);
        return declared;
    }

    @Nullable
    PeerTransaction find(@Nullable DeliveryState state) {
        return state instanceof TransactionalState transactional ? find(transactional.getTxnId()) : null;
    }

    @Nullable
    PeerTransaction find(@Nullable Binary id) {
        return id == null ? null : byId.get(id);
    }

    int count() {
        return byId.size();
    }

    void remove(PeerTransaction transaction) {
        byId.remove(transaction.id());
    }

    /** Takes out those that a control link declared. */
    List<PeerTransaction> removeOf(CoordinatorLink owner) {
        List<PeerTransaction> all = new ArrayList<>(byId.values());
        all.removeIf(each -> each.owner() != owner);
        all.forEach(this::remove);
        return all;
    }

    void add(IncomingLink sender) {
        senders.add(sender);
    }

    void remove(IncomingLink sender) {
        senders.remove(sender);
    }

    /** Whether a delivery that belongs to a transaction is not there in whole. */
    boolean hasUnfinished(PeerTransaction transaction) {
        for (IncomingLink sender : senders) {
            if (find(sender.endpoint().stateUnderWay()) == transaction) {
                return true;
            }
        }
        return false;
    }
}
