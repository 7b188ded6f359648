// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.port.Transaction;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as its peer sees it, from declare to discharge (AMQP 1.0 §4). Owned by the connection's event loop.
 *
 * <p>A discharge waits until each message sent in the transaction has been taken in or refused: one on a relay link may still be waiting for
 * its address to be opened.
 */
final class PeerTransaction {
    private final Transaction transaction;
    private final CoordinatorLink owner;
    private final TransactionalState accepted = new TransactionalState();
    private int untaken;
    private @Nullable Runnable discharge;

    PeerTransaction(Binary id, Transaction transaction, CoordinatorLink owner) {
        this.transaction = transaction;
        this.owner = owner;
        accepted.setTxnId(id);
        accepted.setOutcome(Accepted.getInstance());
    }

    Transaction transaction() {
        return transaction;
    }

    CoordinatorLink owner() {
        return owner;
    }

    Binary id() {
        return accepted.getTxnId();
    }

    /** The provisional outcome of what is sent; one object, so that answers are joined. */
    TransactionalState accepted() {
        return accepted;
    }

    /** A message is on its way into it. */
    void sent() {
        untaken++;
    }

    /** A message is in it, or was refused. */
    void taken() {
        untaken--;
        runDischarge();
    }

    void discharge(Runnable end) {
        discharge = end;
        runDischarge();
    }

    private void runDischarge() {
        Runnable end = discharge;
        if (untaken == 0 && end != null) {
            discharge = null;
            end.run();
        }
    }
}
