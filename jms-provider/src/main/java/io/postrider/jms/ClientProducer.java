// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.message.MessageEncoder;
import io.postrider.jms.message.Messages;
import io.postrider.jms.message.PostriderMessage;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.Send;
import io.postrider.jms.wire.SyncSend;
import io.postrider.jms.wire.TransactionId;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.TransactionRolledBackException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A producer, bound to one destination or to none. Used by its session's thread.
 *
 * <p>A send of a persistent message returns when the broker has confirmed it. Others return when their bytes are on the
 * way; if the broker refuses one, the completion listener or, without one, the exception listener is told.
 */
final class ClientProducer extends ProducerMethods {
    private final ClientSession session;
    private final @Nullable PostriderDestination destination;
    private final ProducerLinks links;
    private final MessageIdSource ids;
    private final ClientOptions options;
    /** Guarded by itself: applications do share producers between threads, although they may not. */
    private final MessageEncoder encoder;

    private final AtomicBoolean isClosed = new AtomicBoolean();

    /** @param destination null for a producer that is told the destination with each message */
    ClientProducer(ClientSession session, String id, @Nullable PostriderDestination destination) throws JMSException {
        this.session = session;
        this.destination = destination;
        this.options = session.options();
        this.ids = new MessageIdSource(id, options.sending().messageIdType());
        this.encoder = new MessageEncoder(session::address);
        this.links = ProducerLinks.open(session, id, destination);
    }

    @Override
    void send(PostriderDestination to, @Nullable Message message, Terms terms, @Nullable CompletionListener listener)
            throws JMSException {
        if (message == null) {
            throw new MessageFormatException("Expected a message, but got null");
        }
        if (deliveryDelayMs() > 0 && !links.offersDelay(to)) {
            throw new UnsupportedOperationException("The broker does not offer delivery delays");
        }
        PostriderMessage own = Messages.own(message);
        byte[] encoded;
        synchronized (encoder) {
            setHeader(own, to, terms);
            encoded = encoder.encode(own, terms.timeToLiveMs(), deliveryDelayMs() > 0, dedupeId(own));
        }
        if (own != message) {
            Messages.giveBack(own, message, to);
        }
        if (listener != null) {
            sendAsync(to, message, encoded, listener);
        } else {
            send(to, encoded, terms.deliveryMode() == DeliveryMode.PERSISTENT, own.getJMSMessageID());
        }
    }

    /** Where a message may have to be sent again: what the second sending is known by. */
    private @Nullable String dedupeId(PostriderMessage message) {
        if (!session.connection().recovers() || session.transaction() != null) {
            return null;
        }
        String id = message.getJMSMessageID();
        return id == null ? ids.next() : id;
    }

    private void send(PostriderDestination to, byte[] encoded, boolean isPersistent, @Nullable String id)
            throws JMSException {
        long timeoutMs = options.timeouts().sendMs();
        SessionWork transaction = session.transaction();
        boolean waits = options.sending().isSyncForced()
                || (isPersistent && !options.sending().isAsyncForced());
        if (transaction != null) {
            sendInTransaction(to, encoded, transaction, timeoutMs);
        } else if (waits) {
            sendAndWait(to, encoded, timeoutMs, id);
        } else {
            session.connection().retry(() -> {
                links.send(to, encoded, new UnobservedSend(session.connection()), null, timeoutMs);
                return true;
            });
        }
    }

    /** Sends until there is an answer: when the connection is lost before it comes, the same message goes out again. */
    private void sendAndWait(PostriderDestination to, byte[] encoded, long timeoutMs, @Nullable String id)
            throws JMSException {
        AtomicBoolean isUnderWay = new AtomicBoolean();
        try {
            session.connection().retry(() -> {
                SyncSend send = new SyncSend();
                boolean isRepeated = isUnderWay.get();
                links.send(to, encoded, send, null, timeoutMs);
                isUnderWay.set(true);
                if (isRepeated && !session.peer().removesDuplicates()) {
                    JmsLog.sentAgain(String.valueOf(id));
                }
                send.await(timeoutMs);
                return true;
            });
        } catch (LostConnectionException e) {
            throw unknown(e, isUnderWay.get());
        }
    }

    private static JMSException unknown(LostConnectionException e, boolean isUnderWay) {
        return isUnderWay
                ? JmsErrors.withCause(
                        "The outcome is unknown, the broker may or may not keep the message: " + e.getMessage(), e)
                : e;
    }

    // ---- loss and recovery

    /** Lives on in the session's new connection. If the broker does not let it, that is reported. */
    void reattach() throws JMSException {
        if (isClosed.get()) {
            return;
        }
        try {
            links.reattach();
        } catch (LostConnectionException e) {
            throw e;
        } catch (JMSException e) {
            JmsLog.reattachFailed("A producer for " + destination, e);
            session.connection().report(e);
        }
    }

    boolean reattachIfStale() throws JMSException {
        synchronized (session) {
            reattach();
        }
        return true;
    }

    // ---- transactions and completion listeners

    /** The transaction hears of the outcome, and its commit waits for it. */
    private void sendInTransaction(PostriderDestination to, byte[] encoded, SessionWork transaction, long timeoutMs)
            throws JMSException {
        session.connection().retry(() -> {
            TransactionId part = transaction.join();
            if (part != null) {
                sendAsPart(to, encoded, transaction, part, timeoutMs);
            }
            // Else the transaction is lost, and its commit will say so: what is sent in it can have no effect.
            return true;
        });
    }

    private void sendAsPart(
            PostriderDestination to, byte[] encoded, SessionWork transaction, TransactionId part, long timeoutMs)
            throws JMSException {
        Consumer<@Nullable JMSException> whenEnded = transaction.sendBegins();
        boolean isSent = false;
        try {
            links.send(to, encoded, new PartOfTransaction(whenEnded), part, timeoutMs);
            isSent = true;
        } finally {
            if (!isSent) {
                whenEnded.accept(null);
            }
        }
    }

    private void sendAsync(PostriderDestination to, Message message, byte[] encoded, CompletionListener listener)
            throws JMSException {
        session.connection().retry(() -> {
            sendAsyncOnce(to, message, encoded, listener);
            return true;
        });
    }

    private void sendAsyncOnce(PostriderDestination to, Message message, byte[] encoded, CompletionListener listener)
            throws JMSException {
        SessionWork transaction = session.transaction();
        TransactionId part = transaction == null ? null : transaction.join();
        if (transaction != null && part == null) {
            throw new TransactionRolledBackException("The transaction is lost: roll it back");
        }
        Consumer<@Nullable JMSException> whenEnded = transaction == null ? failure -> {} : transaction.sendBegins();
        CompletionQueue.Pending pending = session.completions().add(message, listener, whenEnded);
        boolean isSent = false;
        try {
            links.send(to, encoded, pending, part, options.timeouts().sendMs());
            isSent = true;
        } finally {
            if (!isSent) {
                whenEnded.accept(null);
                session.completions().withdraw(pending);
            }
        }
    }

    /** A send whose outcome only its transaction asks for. */
    private static final class PartOfTransaction extends Send {
        private final Consumer<@Nullable JMSException> whenEnded;

        PartOfTransaction(Consumer<@Nullable JMSException> whenEnded) {
            this.whenEnded = whenEnded;
        }

        @Override
        protected void ended(@Nullable JMSException failure) {
            whenEnded.accept(failure);
        }
    }

    /** A send whose caller does not wait: only a refusal is of interest. */
    private static final class UnobservedSend extends Send {
        private final ClientConnection connection;

        UnobservedSend(ClientConnection connection) {
            this.connection = connection;
        }

        @Override
        protected void ended(@Nullable JMSException failure) {
            if (failure != null) {
                connection.reportSend(failure);
            }
        }
    }

    /** Sets what the provider sets at a send (Jakarta Messaging 3.1 §3.4.11). */
    private void setHeader(PostriderMessage message, PostriderDestination to, Terms terms) throws JMSException {
        long nowMs = System.currentTimeMillis();
        message.setJMSDestination(to);
        message.setJMSDeliveryMode(terms.deliveryMode());
        message.setJMSPriority(terms.priority());
        message.setJMSExpiration(terms.timeToLiveMs() == 0 ? 0 : nowMs + terms.timeToLiveMs());
        message.setJMSDeliveryTime(nowMs + deliveryDelayMs());
        message.setJMSTimestamp(isTimestampDisabled() ? 0 : nowMs);
        message.setJMSMessageID(isMessageIdDisabled() ? null : ids.next());
        message.setUserId(
                options.sending().isUserIdPopulated() ? session.connection().user() : null);
    }

    @Override
    @Nullable
    PostriderDestination ownDestination() {
        return destination;
    }

    @Override
    void checkOpen() throws JMSException {
        session.checkOpen();
        if (isClosed.get()) {
            throw new IllegalStateException("The producer is closed");
        }
    }

    @Override
    public void close() throws JMSException {
        session.completions().checkNotInCallback("MessageProducer.close");
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            session.completions().awaitEmpty(options.timeouts().closeMs());
            session.connection().tolerate(links::close);
        } finally {
            session.forget(this);
        }
    }
}
