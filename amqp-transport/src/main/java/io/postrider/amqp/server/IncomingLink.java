// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.codec.UndecodableMessageException;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the peer sends: messages go to the gateway, their fates come back as outcomes. Owned by the connection's
 * event loop; the {@link ProducerListener} methods may be called on any thread.
 *
 * <p>A delivery is named to the gateway by a token: its delivery id, and a bit that says whether the peer wants to hear of
 * it. Pre-settled deliveries are followed too, because they count as under way and because a refused one detaches the link.
 */
abstract class IncomingLink implements IncomingEndpoint.Handler, ProducerListener {
    private static final long SETTLED_BIT = 1L << 32;

    private final ServerConnection connection;
    private final IncomingEndpoint endpoint;
    private final ProducerCredit credit;
    private final boolean canReject;
    /** Large messages that are published and not answered. */
    private final Map<Long, IncomingUpload> uploads = new HashMap<>();

    private @Nullable IncomingUpload current;
    /** Of the deliveries under way that belong to one, by token. */
    private final Map<Long, PeerTransaction> transactions = new HashMap<>();

    /** What is left to do once they are answered; the peer has detached meanwhile. */
    private @Nullable Runnable whenAnswered;

    /** @param canReject whether the peer's source knows the outcome rejected; if not, a refusal ends the link */
    IncomingLink(ServerConnection connection, IncomingEndpoint endpoint, int window, boolean canReject) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.credit = new ProducerCredit(window);
        this.canReject = canReject;
        endpoint.handler(this);
        connection.transactions().add(this);
    }

    ServerConnection connection() {
        return connection;
    }

    IncomingEndpoint endpoint() {
        return endpoint;
    }

    /** Passes a message on; its fate comes back to {@link #answered} under the token. */
    abstract void route(Message message, long token);

    /**
     * Whether a large message goes where its chunks can be read for as long as somebody is to get it: to a queue. To the
     * volatile subscribers of a topic it goes whole.
     */
    abstract boolean streams(Message head);

    /** The link is gone: gives back what it holds in the broker. */
    abstract void release();

    /** Lets the peer send as much as it may now. */
    final void topUp() {
        int grant = credit.grant(endpoint.credit());
        if (grant >= 0 && endpoint.isOpen()) {
            endpoint.grant(grant);
        }
    }

    // ---- from the peer

    @Override
    public void delivery(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer payload) {
        credit.received(payload.remaining());
        long token = token(deliveryId, isSettled);
        if (state instanceof TransactionalState) {
            PeerTransaction transaction = connection.transactions().find(state);
            if (transaction == null) {
                // Never treated as if there were no transaction (AMQP 1.0 §4.3).
                refuse(
                        token,
                        ErrorConditions.condition(
                                new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "There is no such transaction")));
                return;
            }
            transaction.sent();
            transactions.put(token, transaction);
        }
        Message message;
        try {
            message = connection.decoder().decode(payload, connection.nowMs());
        } catch (UndecodableMessageException e) {
            refuse(token, new ErrorCondition(ErrorConditions.DECODE_ERROR, e.getMessage()));
            return;
        }
        route(message, token);
        topUp();
    }

    /** Publishes a message, as part of a transaction if it came in one. */
    final void publish(Producer producer, Message message, long token) {
        PeerTransaction transaction = transactions.isEmpty() ? null : transactions.get(token);
        if (transaction == null) {
            producer.publish(message, token);
        } else {
            transaction.transaction().publish(producer, message, token);
        }
    }

    /** The message of a token is part of its transaction, or never will be. */
    private @Nullable PeerTransaction taken(long token, boolean isRefused) {
        PeerTransaction transaction = transactions.isEmpty() ? null : transactions.remove(token);
        if (transaction != null) {
            if (isRefused && (token & SETTLED_BIT) != 0) {
                transaction.transaction().doom("A message that was sent pre-settled was refused");
            }
            transaction.taken();
        }
        return transaction;
    }

    /** The link went before the message of a token could be handed over. */
    final void dropped(long token) {
        PeerTransaction transaction = transactions.get(token);
        if (transaction != null) {
            transaction.transaction().doom("A link was closed while a message was on its way");
            taken(token, true);
        }
    }

    private void gone() {
        release();
        abandonUploads();
        connection.transactions().remove(this);
    }

    @Override
    public boolean begins(int deliveryId, @Nullable DeliveryState state, ByteBuffer beginning) {
        if (state instanceof TransactionalState || !connection.uploads().hasRoom()) {
            return false;
        }
        Message head = connection.decoder().decodeHead(beginning, connection.nowMs());
        if (head == null || !streams(head)) {
            return false;
        }
        credit.received(BodyStore.LARGE_BYTES);
        IncomingUpload upload = new IncomingUpload(connection, endpoint.session(), connection.bodies(), head);
        upload.add(beginning);
        current = upload;
        return true;
    }

    @Override
    public void piece(ByteBuffer piece) {
        current().add(piece);
    }

    @Override
    public void streamed(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer last) {
        long token = token(deliveryId, isSettled);
        IncomingUpload upload = current();
        current = null;
        upload.add(last);
        Rejection failure = upload.failure();
        uploads.put(token, upload);
        if (failure != null) {
            refuse(token, ErrorConditions.condition(failure));
            return;
        }
        route(upload.end(), token);
        topUp();
    }

    @Override
    public void aborted() {
        current().abandon();
        current = null;
        credit.answered();
        topUp();
    }

    private IncomingUpload current() {
        IncomingUpload upload = current;
        if (upload == null) {
            throw new IllegalStateException("Expected a large message to be under way on link " + endpoint.name());
        }
        return upload;
    }

    /** What was published belongs to its message by now, and this changes nothing for it. */
    private void abandonUploads() {
        IncomingUpload upload = current;
        if (upload != null) {
            current = null;
            upload.abandon();
        }
        uploads.values().forEach(IncomingUpload::abandon);
        uploads.clear();
    }

    private static long token(int deliveryId, boolean isSettled) {
        return (deliveryId & 0xffffffffL) | (isSettled ? SETTLED_BIT : 0);
    }

    @Override
    public void settledByPeer(int deliveryId) {
        // The peer does not wait for the outcome any more; the message takes its way all the same.
    }

    @Override
    public void remoteDetached(boolean isClosed, @Nullable ErrorCondition error) {
        gone();
        Runnable leave = () -> left(isClosed, () -> endpoint.detach(isClosed, null));
        if (transactions.isEmpty()) {
            leave.run();
        } else {
            // A sender that closes takes what is not answered by then for failed, and its transaction with it.
            whenAnswered = leave;
        }
    }

    private void leaveIfAnswered() {
        Runnable leave = whenAnswered;
        if (leave != null && transactions.isEmpty()) {
            whenAnswered = null;
            leave.run();
        }
    }

    @Override
    public void lost(boolean isOrderly) {
        gone();
        whenAnswered = null;
        left(false, () -> {});
    }

    /**
     * The link is gone: what of it may outlive it is kept or not.
     *
     * @param isClosed whether the peer wants nothing kept
     * @param then run when that is done
     */
    void left(boolean isClosed, Runnable then) {
        then.run();
    }

    // ---- from the broker

    @Override
    public final void published(long token, @Nullable Rejection rejection) {
        if (connection.isCurrent()) {
            answered(token, rejection);
            connection.touch();
        } else {
            connection.hand(() -> answered(token, rejection));
        }
    }

    @Override
    public void blocked(Rejection reason) {
        connection.hand(() -> hold(true));
    }

    @Override
    public void unblocked() {
        connection.hand(() -> hold(false));
    }

    /** Grants nothing more while held. */
    final void hold(boolean isHeld) {
        credit.blocked(isHeld);
        topUp();
    }

    final void answered(long token, @Nullable Rejection rejection) {
        if (rejection != null) {
            refuse(token, ErrorConditions.condition(rejection), isFatalWhenSettled(rejection));
            return;
        }
        finished(token);
        uploads.remove(token);
        credit.answered();
        PeerTransaction transaction = taken(token, false);
        if ((token & SETTLED_BIT) == 0) {
            endpoint.settle((int) token, transaction == null ? Accepted.getInstance() : transaction.accepted());
        }
        leaveIfAnswered();
        topUp();
    }

    /** Whether a refusal ends the link when the delivery was pre-settled, so that nobody waits for its outcome. */
    boolean isFatalWhenSettled(Rejection rejection) {
        return rejection.code() != ErrorCode.NOT_FOUND;
    }

    /** The delivery of a token has its fate. */
    void finished(long token) {}

    /** Completes the error of a refused delivery. */
    void describe(long token, ErrorCondition error) {}

    final void refuse(long token, ErrorCondition error) {
        refuse(token, error, true);
    }

    /** Refuses one delivery; nobody listens to the outcome of a pre-settled one, so that one may end the link. */
    private void refuse(long token, ErrorCondition error, boolean isFatalWhenSettled) {
        credit.answered();
        describe(token, error);
        finished(token);
        IncomingUpload upload = uploads.remove(token);
        if (upload != null) {
            upload.abandon();
        }
        taken(token, true);
        boolean isUnsettled = (token & SETTLED_BIT) == 0;
        if (isUnsettled && canReject) {
            Rejected rejected = new Rejected();
            rejected.setError(error);
            endpoint.settle((int) token, rejected);
        } else if (isUnsettled || isFatalWhenSettled) {
            endpoint.detach(true, error);
        } else {
            AmqpLog.settledMessageDropped(connection.id(), endpoint.name(), error.getDescription());
        }
        leaveIfAnswered();
        topUp();
    }
}
