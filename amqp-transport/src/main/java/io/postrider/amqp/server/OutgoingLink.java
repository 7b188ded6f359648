// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.DeliveryPrefix;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.codec.Outcomes;
import io.postrider.amqp.engine.OutgoingDelivery;
import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Reply;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the peer receives: its credit goes to the gateway, messages and outcomes come and go. Owned by the
 * connection's event loop; the {@link DeliverySink} and {@link Reply} methods may be called on any thread.
 *
 * <p><b>Credit.</b> The gateway is given an absolute limit: what it handed over so far, less what still waits here, plus the
 * peer's credit. It is kept within {@link #AHEAD_MAX} of what was sent, so that a peer that gives much credit and reads
 * slowly does not draw the queue into this link; except for a drain, which must see everything there is.
 *
 * <p><b>Waiting.</b> What was handed over waits here until credit, session window and socket let it go. If the peer lowers
 * its credit below that, the excess goes back.
 */
final class OutgoingLink implements OutgoingEndpoint.Handler, DeliverySink, Reply<Consumer> {
    private static final int AHEAD_MAX = 1000;
    /** At the size they lately had, no more deliveries wait here than fill so many bytes. */
    private static final int AHEAD_BYTES_MAX = 256 << 10;

    private static final int AVERAGE_OVER = 16;
    /** Deliveries sent before the next link of the connection has its turn. */
    private static final int TURN_MAX = 64;

    private record Waiting(long deliveryId, Message message, int deliveryCount) {}

    private record Unconfirmed(OutgoingDelivery delivery, DeliveryState state) {}

    private final ServerConnection connection;
    private final OutgoingEndpoint endpoint;
    private final BrokerGateway gateway;
    private final SourceTerms terms;
    private final String address;
    private final LinkIdentity identity;
    private final Terminus terminus;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Long, Unconfirmed> unconfirmed = new HashMap<>();

    /** The rest of the large message that is being sent. */
    private @Nullable OutgoingBody body;

    private @Nullable DynamicNode node;
    private Mode mode = Mode.ACKNOWLEDGE;
    private @Nullable Consumer consumer;
    private boolean isReleased;
    private boolean isReady;
    private long handed;
    private long limit;
    private boolean isDrainAsked;
    private boolean isDrained;
    /** Begins high, so that the first deliveries of a link of large messages do not come in a heap. */
    private long averageBytes = AHEAD_BYTES_MAX / 64;

    /** @param address what the granted source says */
    OutgoingLink(
            ServerConnection connection,
            OutgoingEndpoint endpoint,
            BrokerGateway gateway,
            SourceTerms terms,
            String address,
            LinkIdentity identity,
            Terminus terminus) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.gateway = gateway;
        this.terms = terms;
        this.address = address;
        this.identity = identity;
        this.terminus = terminus;
        endpoint.handler(this);
    }

    /** The address was made for a link, this one or another. */
    void on(DynamicNode dynamic) {
        node = dynamic;
        dynamic.linked();
    }

    /** @param subscription the one that the address itself names, or null */
    void open(AddressKey key, @Nullable AddressKind kind, @Nullable String subscription) {
        if (isReleased) {
            return;
        }
        DynamicNode dynamic = node;
        ConsumerRequest request = terms.request(
                connection, key, kind, dynamic == null ? connection.id() : ownerOf(dynamic), subscription);
        mode = request.mode();
        gateway.openConsumer(request, this, this);
    }

    /** A node of a JMS client is its own connection's alone; from any other, whoever knows its name may receive. */
    private String ownerOf(DynamicNode dynamic) {
        return DynamicNodes.isAnybodys(dynamic.owner()) ? dynamic.owner() : connection.id();
    }

    // ---- the broker's answer to the request

    @Override
    public void ok(Consumer opened) {
        connection.hand(() -> {
            if (isReleased) {
                opened.close(Consumer.Close.ORDERLY);
            } else if (terms.asksForTemporary() && !isOwnTemporary(opened.address())) {
                opened.close(Consumer.Close.ORDERLY);
                endpoint.refuse(new ErrorCondition(
                        AmqpError.RESOURCE_LOCKED,
                        "Only the connection that made the temporary address '" + address + "' may receive from it"));
            } else {
                consumer = opened;
                if (terms.isDurableSubscription(opened.address().kind())) {
                    terminus.reads(terms.subscriptionKey(connection));
                }
                connection.add(this);
                endpoint.accept(terms.reply(address, terminus));
                flow();
            }
        });
    }

    private boolean isOwnTemporary(AddressDefinition definition) {
        String owner = definition.temporaryOwner();
        return owner == null || owner.equals(connection.id());
    }

    @Override
    public void rejected(Rejection rejection) {
        // What another connection's temporary address is to this one is a resource that somebody else holds.
        Rejection told = node != null && rejection.code() == ErrorCode.NOT_ALLOWED
                ? new Rejection(ErrorCode.RESOURCE_LOCKED, rejection.text())
                : rejection;
        connection.hand(() -> endpoint.refuse(ErrorConditions.condition(told)));
    }

    // ---- from the peer

    @Override
    public void flow() {
        Consumer open = consumer;
        if (open == null) {
            return;
        }
        giveBackExcess(open);
        long full = handed - waiting.size() + endpoint.credit();
        long ahead = handed - waiting.size() + aheadMax();
        if (endpoint.isDraining()) {
            limit = full;
            isDrainAsked = true;
            isDrained = false;
            open.credit(full, true);
        } else {
            isDrainAsked = false;
            long next = Math.min(full, ahead);
            if (next != limit) {
                limit = next;
                open.credit(next, false);
            }
        }
    }

    private int aheadMax() {
        return (int) Math.max(1, Math.min(AHEAD_MAX, AHEAD_BYTES_MAX / Math.max(1, averageBytes)));
    }

    private void giveBackExcess(Consumer open) {
        if (mode != Mode.ACKNOWLEDGE) {
            return;
        }
        while (waiting.size() > endpoint.credit()) {
            open.settle(waiting.removeLast().deliveryId(), Outcome.RELEASED, false);
        }
    }

    /** Raises the limit when half of what may be ahead has been sent. */
    private void raiseLimit() {
        Consumer open = consumer;
        if (open == null || isDrainAsked) {
            return;
        }
        long sent = handed - waiting.size();
        long full = sent + endpoint.credit();
        int aheadMax = aheadMax();
        if (full > limit && limit - sent <= aheadMax / 2) {
            limit = Math.min(full, sent + aheadMax);
            open.credit(limit, false);
        }
    }

    @Override
    public void disposition(OutgoingDelivery delivery, boolean isSettled, @Nullable DeliveryState state) {
        Consumer open = consumer;
        if (open == null) {
            return;
        }
        endForeign(delivery, state);
        if (state instanceof TransactionalState transactional) {
            settle(open, delivery, isSettled, transactional);
            return;
        }
        if (!isSettled && (state == null || state instanceof Received)) {
            if (state != null && mode == Mode.ACKNOWLEDGE) {
                open.renew(delivery.token()); // not an outcome, but a sign of life
            }
            return;
        }
        DeliveryState outcome = state == null ? terms.defaultState() : state;
        if (mode != Mode.ACKNOWLEDGE) {
            if (!isSettled) {
                endpoint.settle(delivery, outcome);
            }
            endBody(delivery.token());
            return;
        }
        endBody(delivery.token());
        awaits(delivery, isSettled, outcome);
        Outcome said = Outcomes.outcome(state, terms.defaultOutcome());
        open.settle(delivery.token(), said == null ? terms.defaultOutcome() : said, !isSettled);
    }

    private void awaits(OutgoingDelivery delivery, boolean isSettled, DeliveryState outcome) {
        if (!isSettled) {
            unconfirmed.put(delivery.token(), new Unconfirmed(delivery, outcome));
        } else if (!unconfirmed.isEmpty()) {
            unconfirmed.remove(delivery.token());
        }
    }

    /** What the peer says of a delivery holds if it commits the transaction (AMQP 1.0 §4.4.3). */
    private void settle(Consumer open, OutgoingDelivery delivery, boolean isSettled, TransactionalState state) {
        PeerTransaction transaction = connection.transactions().find(state);
        if (transaction == null) {
            endpoint.detach(
                    true,
                    ErrorConditions.condition(
                            new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "There is no such transaction")));
            return;
        }
        DeliveryState outcome = state.getOutcome() instanceof DeliveryState said ? said : null;
        if (!isSettled && (outcome == null || outcome instanceof Received)) {
            return;
        }
        if (mode != Mode.ACKNOWLEDGE) {
            if (!isSettled) {
                endpoint.settle(delivery, state);
            }
            return;
        }
        awaits(delivery, isSettled, state);
        Outcome said = Outcomes.outcome(outcome, terms.defaultOutcome());
        transaction
                .transaction()
                .settle(open, delivery.token(), said == null ? terms.defaultOutcome() : said, !isSettled);
    }

    /** An outcome within one transaction cannot be changed outside of it: then the transaction's control link ends (AMQP 1.0 §4.4.3). */
    private void endForeign(OutgoingDelivery delivery, @Nullable DeliveryState state) {
        Unconfirmed earlier = unconfirmed.isEmpty() ? null : unconfirmed.get(delivery.token());
        PeerTransaction holder =
                earlier == null ? null : connection.transactions().find(earlier.state());
        if (holder == null || holder == connection.transactions().find(state)) {
            return;
        }
        holder.owner()
                .fail(ErrorConditions.condition(new Rejection(
                        ErrorCode.TRANSACTION_ROLLED_BACK,
                        "An outcome was given for a delivery that is part of another transaction")));
    }

    @Override
    public void windowOpened() {
        if (hasWork()) {
            connection.ready(this);
        }
    }

    @Override
    public void remoteDetached(boolean isClosed, @Nullable ErrorCondition error) {
        SubscriptionKey subscription = terminus.subscription();
        release(Consumer.Close.ORDERLY);
        if (isClosed && subscription != null) {
            gateway.deleteSubscription(
                    subscription, new Unsubscribed(connection, endpoint, terms.isSharedSubscription()));
        } else {
            connection.left(terminus, isClosed, () -> endpoint.detach(isClosed, null));
        }
    }

    @Override
    public void lost(boolean isOrderly) {
        release(isOrderly ? Consumer.Close.ORDERLY : Consumer.Close.LOST);
        boolean isOver = endpoint.isDetached() && !identity.isStolen() && terminus.node() != null;
        connection.left(terminus, isOver, () -> {});
    }

    private void release(Consumer.Close how) {
        if (isReleased) {
            return;
        }
        isReleased = true;
        connection.remove(this);
        Consumer open = consumer;
        if (open != null) {
            consumer = null;
            // What never left this process must not look as if somebody had seen it.
            for (Waiting unsent : waiting) {
                open.settle(unsent.deliveryId(), Outcome.RELEASED, false);
            }
            open.close(how);
        }
        waiting.clear();
        unconfirmed.clear();
        body = null;
        DynamicNode used = node;
        if (used != null) {
            used.unlinked();
        }
        identity.release();
    }

    // ---- from the broker

    @Override
    public void deliver(long deliveryId, Message message, int deliveryCount) {
        Waiting next = new Waiting(deliveryId, message, deliveryCount);
        if (connection.isCurrent()) {
            delivered(next);
            connection.touch();
        } else {
            connection.hand(() -> delivered(next));
        }
    }

    private void delivered(Waiting next) {
        if (isReleased) {
            return;
        }
        handed++;
        averageBytes += (next.message().heapBytes() - averageBytes) / AVERAGE_OVER;
        waiting.add(next);
        connection.ready(this);
    }

    @Override
    public void drained() {
        connection.hand(() -> {
            // The broker took the rest of the credit back: the same number granted again is news to it.
            limit = handed;
            if (endpoint.isDraining()) {
                isDrained = true;
                answerDrain();
            } else {
                // The peer thought better of it before the answer: its credit holds.
                flow();
            }
        });
    }

    private void answerDrain() {
        if (isDrained && waiting.isEmpty() && !endpoint.isSending()) {
            isDrained = false;
            isDrainAsked = false;
            endpoint.drained();
        }
    }

    @Override
    public void settled(long deliveryId) {
        connection.hand(() -> {
            Unconfirmed confirmed = unconfirmed.remove(deliveryId);
            if (confirmed != null) {
                endpoint.settle(confirmed.delivery(), confirmed.state());
            }
        });
    }

    @Override
    public void closed(Rejection reason) {
        connection.hand(() -> {
            consumer = null;
            endpoint.detach(true, ErrorConditions.condition(reason));
        });
    }

    // ---- sending

    /** Whether the link was not waiting for its turn yet, and now is. */
    boolean markReady() {
        boolean isNew = !isReady;
        isReady = true;
        return isNew;
    }

    boolean hasWork() {
        return !waiting.isEmpty() || endpoint.isSending();
    }

    /**
     * Sends what it may, up to a turn's share.
     *
     * @return whether there is more that could go at once
     */
    boolean pump() {
        isReady = false;
        endpoint.proceed();
        proceedWithBody();
        DeliveryPrefix prefix = connection.prefix();
        boolean isSettled = terms.isSentSettled();
        int count = 0;
        while (!waiting.isEmpty() && endpoint.canSend() && count < TURN_MAX) {
            Waiting next = waiting.remove();
            Message message = next.message();
            prefix.encode(message, next.deliveryCount(), connection.nowMs());
            endpoint.available(waiting.size());
            if (message.body() != null) {
                sendLarge(next, message.body(), isSettled, prefix);
                break;
            }
            endpoint.send(
                    next.deliveryId(),
                    isSettled,
                    prefix.array(),
                    prefix.length(),
                    message.encoded(),
                    prefix.storedFrom());
            count++;
        }
        raiseLimit();
        answerDrain();
        return !waiting.isEmpty() && endpoint.canSend();
    }

    // ---- large messages

    private void sendLarge(Waiting next, LargeBody rest, boolean isSettled, DeliveryPrefix prefix) {
        long token = next.deliveryId();
        OutgoingBody sending = new OutgoingBody(connection, rest, token, () -> {
            if (body != null && !isReleased) {
                connection.ready(this);
            }
        });
        body = sending;
        endpoint.sendBeginning(
                token,
                isSettled,
                prefix.array(),
                prefix.length(),
                next.message().encoded(),
                prefix.storedFrom());
        sending.read();
    }

    private void proceedWithBody() {
        OutgoingBody sending = body;
        if (sending == null) {
            return;
        }
        Rejection gone = sending.gone();
        if (gone == null) {
            sending.proceed(endpoint);
        } else if (endpoint.isSending()) {
            AmqpLog.deliveryAborted(connection.id(), endpoint.name(), gone.text());
            endBody(sending.token());
            settleLarge(sending, Outcome.FAILED);
        }
        if (!endpoint.isSending() && body == sending) {
            body = null;
            if (terms.isSentSettled()) {
                settleLarge(sending, Outcome.ACCEPTED);
            }
        }
    }

    /** What was sent settled is done when all of it was sent, as its body is needed until then. */
    private void settleLarge(OutgoingBody sent, Outcome outcome) {
        Consumer open = consumer;
        if (open != null && mode != Mode.BROWSE) {
            open.settle(sent.token(), outcome, false);
        }
    }

    /** The peer wants no more of a delivery, or there is no more. */
    private void endBody(long token) {
        OutgoingBody sending = body;
        if (sending != null && sending.token() == token) {
            body = null;
            if (endpoint.isSending()) {
                endpoint.giveUp();
            }
        }
    }
}
