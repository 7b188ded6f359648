// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * The control link on which a peer declares and discharges transactions (AMQP 1.0 §4.1–4.3). Owned by the connection's event loop.
 *
 * <p>When it goes, everything it declared and did not discharge is rolled back.
 */
final class CoordinatorLink implements IncomingEndpoint.Handler {
    private static final int CREDIT = 100;
    private static final int TRANSACTIONS_MAX = 1000;

    private final ServerConnection connection;
    private final IncomingEndpoint endpoint;
    private final BrokerGateway gateway;
    private final Attach attach;
    private final boolean canReject;
    private final BranchRequests branchRequests;
    private boolean isReleased;

    CoordinatorLink(ServerConnection connection, IncomingEndpoint endpoint, BrokerGateway gateway, Attach attach) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.gateway = gateway;
        this.attach = attach;
        this.canReject = TargetTerms.allowsRejected(attach);
        this.branchRequests = new BranchRequests(connection, endpoint, this, gateway.branches());
        endpoint.handler(this);
    }

    void open() {
        Coordinator granted = new Coordinator();
        granted.setCapabilities(
                Capabilities.LOCAL_TRANSACTIONS,
                Capabilities.MULTI_TRANSACTIONS_PER_SESSION,
                Capabilities.MULTI_SESSIONS_PER_TRANSACTION,
                BranchRequests.CAPABILITY);
        Attach reply = new Attach();
        reply.setTarget(granted);
        reply.setSource(attach.getSource() == null ? new Source() : attach.getSource());
        AttachTerms.echoModes(attach, reply);
        endpoint.accept(reply);
        endpoint.grant(CREDIT);
    }

    // ---- from the peer

    @Override
    public void delivery(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer payload) {
        if (isSettled) {
            fail(new ErrorCondition(
                    AmqpError.ILLEGAL_STATE,
                    "Expected a declare or discharge to be unsettled, because its outcome carries the answer"));
            return;
        }
        if (endpoint.credit() <= CREDIT / 2) {
            endpoint.grant(CREDIT);
        }
        Object request;
        try {
            request = connection.bodyValue(payload);
        } catch (IllegalArgumentException e) {
            refuse(deliveryId, new ErrorCondition(ErrorConditions.DECODE_ERROR, e.getMessage()));
            return;
        } catch (UnsupportedOperationException e) {
            refuse(deliveryId, new ErrorCondition(AmqpError.NOT_IMPLEMENTED, e.getMessage()));
            return;
        }
        if (request instanceof Declare declare) {
            declare(deliveryId, declare);
        } else if (request instanceof Discharge discharge) {
            discharge(deliveryId, discharge);
        } else if (request instanceof Map<?, ?> operation) {
            branchRequests.handle(deliveryId, operation);
        } else {
            refuse(
                    deliveryId,
                    new ErrorCondition(
                            AmqpError.NOT_IMPLEMENTED,
                            "Expected a declare, a discharge or an operation on a branch, but found "
                                    + (request == null
                                            ? "null"
                                            : request.getClass().getSimpleName())));
        }
    }

    private void declare(int deliveryId, Declare declare) {
        if (declare.getGlobalId() != null) {
            refuse(
                    deliveryId,
                    new ErrorCondition(AmqpError.NOT_IMPLEMENTED, "Expected no global-id: transactions are local"));
            return;
        }
        if (connection.transactions().count() >= TRANSACTIONS_MAX) {
            refuse(
                    deliveryId,
                    new ErrorCondition(
                            AmqpError.RESOURCE_LIMIT_EXCEEDED,
                            "Expected at most " + TRANSACTIONS_MAX + " open transactions on a connection"));
            return;
        }
        gateway.begin(connection.id(), new Reply<>() {
            @Override
            public void ok(Transaction begun) {
                connection.hand(() -> declared(deliveryId, begun));
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> refuse(deliveryId, ErrorConditions.condition(rejection)));
            }
        });
    }

    private void declared(int deliveryId, Transaction begun) {
        if (isReleased) {
            begun.rollback(new IgnoredEnd());
            return;
        }
        Declared answer = new Declared();
        answer.setTxnId(connection.transactions().add(begun, this).id());
        endpoint.settle(deliveryId, answer);
    }

    private void discharge(int deliveryId, Discharge discharge) {
        PeerTransaction known = takeForEnd(deliveryId, discharge.getTxnId());
        if (known != null) {
            boolean isFailed = Boolean.TRUE.equals(discharge.getFail());
            known.discharge(() -> end(known.transaction(), isFailed, deliveryId));
        }
    }

    /** Takes out a transaction of this link that is to end; refuses and returns null where there is none, or it cannot. */
    @Nullable
    PeerTransaction takeForEnd(int deliveryId, @Nullable Binary id) {
        PeerTransaction known = connection.transactions().find(id);
        if (known == null || known.owner() != this) {
            refuse(
                    deliveryId,
                    ErrorConditions.condition(new Rejection(
                            ErrorCode.TRANSACTION_UNKNOWN,
                            "Expected a transaction declared on this link, but found " + id)));
            return null;
        }
        if (connection.transactions().hasUnfinished(known)) {
            fail(ErrorConditions.condition(new Rejection(
                    ErrorCode.TRANSACTION_ROLLED_BACK,
                    "Expected every delivery of transaction " + id + " to be complete before its discharge")));
            return null;
        }
        connection.transactions().remove(known);
        return known;
    }

    private void end(Transaction transaction, boolean isFailed, int deliveryId) {
        Reply<Transaction.End> answer = new Reply<>() {
            @Override
            public void ok(Transaction.End end) {
                connection.hand(() -> endpoint.settle(deliveryId, Accepted.getInstance()));
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> refused(deliveryId, rejection));
            }
        };
        if (isFailed || isReleased) {
            transaction.rollback(answer);
        } else {
            transaction.commit(answer);
        }
    }

    private void refused(int deliveryId, Rejection rejection) {
        if (rejection.code() == ErrorCode.STORE_FAILED) {
            fail(ErrorConditions.condition(rejection)); // no outcome, because it is not known
        } else {
            refuse(deliveryId, ErrorConditions.condition(rejection));
        }
    }

    void refuse(int deliveryId, ErrorCondition error) {
        if (canReject) {
            Rejected rejected = new Rejected();
            rejected.setError(error);
            endpoint.settle(deliveryId, rejected);
        } else {
            fail(error);
        }
    }

    /** Ends the link with an error; the engine tells {@link #lost}. */
    void fail(ErrorCondition error) {
        endpoint.detach(true, error);
    }

    @Override
    public void settledByPeer(int deliveryId) {
        // The peer gave up waiting for the answer; a transaction declared meanwhile ends with the link.
    }

    @Override
    public void remoteDetached(boolean isClosed, @Nullable ErrorCondition error) {
        release();
        endpoint.detach(isClosed, null);
    }

    @Override
    public void lost(boolean isOrderly) {
        release();
    }

    private void release() {
        if (!isReleased) {
            isReleased = true;
            for (PeerTransaction each : connection.transactions().removeOf(this)) {
                each.transaction().rollback(new IgnoredEnd());
            }
        }
    }

    /** Nobody is left to be told. */
    private static final class IgnoredEnd implements Reply<Transaction.End> {
        @Override
        public void ok(Transaction.End end) {}

        @Override
        public void rejected(Rejection rejection) {}
    }
}
