// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.context.BodyReceiver;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.message.MessageDecoder;
import io.postrider.jms.message.Messages;
import io.postrider.jms.message.PostriderMessage;
import io.postrider.jms.message.ReceiveContext;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.ReceiverListener;
import io.postrider.jms.wire.ReceiverSpec;
import io.postrider.jms.wire.WireOutcome;
import io.postrider.jms.wire.WireReceiver;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.QueueReceiver;
import jakarta.jms.Topic;
import jakarta.jms.TopicSubscriber;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer. Used by its session's thread; {@link #close} may come from any.
 *
 * <p>The reader thread puts messages into the buffer as the broker's credit allows. They are decoded, checked and handed
 * out by the thread that consumes, either a receiving caller or the session's listener thread.
 */
final class ClientConsumer implements QueueReceiver, TopicSubscriber, BodyReceiver, ReceiverListener {
    private final ClientSession session;
    private final ConsumerSpec spec;
    private final ClientOptions options;
    private final ReceiveContext context;
    private final int prefetch;
    private final MessageBuffer buffer = new MessageBuffer();
    private final ReceiverSpec link;
    /** Replaced by another when the connection was lost and came back. */
    private volatile WireReceiver receiver;

    private final AtomicBoolean isClosed = new AtomicBoolean();
    /** Held by a receive until it has acknowledged, so that close can wait for it. */
    private final ReentrantLock receiving = new ReentrantLock();

    private volatile @Nullable MessageListener listener;
    private volatile @Nullable JMSException failure;
    private volatile boolean isWaiting;
    private volatile boolean isDetachPending;

    ClientConsumer(ClientSession session, ConsumerSpec spec, ConsumerLinks.Plan plan) throws JMSException {
        this.session = session;
        this.spec = spec;
        this.options = session.options();
        this.prefetch = plan.prefetch();
        this.link = plan.link();
        this.context = new ReceiveContext(
                spec.destination(), session.prefixes(), options.receiving().objects());
        this.receiver = attach();
    }

    private WireReceiver attach() throws JMSException {
        WireReceiver attached = session.wire().receiver(link.at(session.address(spec.destination())), this);
        if (!attached.isSelectorApplied()) {
            attached.close(true);
            throw new JMSException("The broker does not filter messages of " + spec.destination());
        }
        return attached;
    }

    // ---- loss and recovery

    /** Lives on in the session's new connection. If the broker does not let it, it ends, and that is reported. */
    void reattach() throws JMSException {
        if (isClosed.get() || receiver.session() == session.wire()) {
            return;
        }
        try {
            receiver = attach();
            if (session.isStarted()) {
                start();
            }
        } catch (LostConnectionException e) {
            throw e;
        } catch (JMSException e) {
            JmsLog.reattachFailed("A consumer of " + spec.destination(), e);
            failed(e);
            session.connection().report(e);
        }
    }

    boolean reattachIfStale() throws JMSException {
        synchronized (session) {
            reattach();
        }
        return true;
    }

    /** Gives out nothing more, and says why. */
    void failed(JMSException cause) {
        failure = cause;
        buffer.close();
    }

    ClientSession session() {
        return session;
    }

    PostriderDestination destination() {
        return spec.destination();
    }

    // ---- what arrives (reader thread)

    @Override
    public void delivered(Inbound inbound) {
        buffer.add(new Arrival(this, inbound));
        if (listener != null) {
            session.listenerThread().signal();
        }
    }

    @Override
    public void ended(JMSException cause, boolean isByPeer) {
        if (cause instanceof LostConnectionException && session.connection().recovers()) {
            // What the broker still counts as ours comes again on the next connection.
            buffer.keepOnly(arrival -> arrival.inbound.isPresettled());
            return;
        }
        failed(cause);
        if (isByPeer) {
            session.connection().report(cause);
        }
    }

    // ---- start and stop

    /** Begins to hand out messages and asks the broker for some. */
    void start() throws JMSException {
        buffer.setRunning(true);
        topUp();
        session.listenerThread().signal();
    }

    /** Hands out nothing more, and takes the credit back so that the broker gives its messages to others. */
    void stop() throws JMSException {
        buffer.setRunning(false);
        if (receiver.isUsable()) {
            session.connection()
                    .tolerate(() -> receiver.drain(0, options.timeouts().drainMs()));
        }
    }

    /** Lets the broker send more if it is time to. */
    void topUp() throws JMSException {
        int window = window();
        if (window > 0 && !isClosed.get() && buffer.isRunning()) {
            session.connection().tolerate(() -> receiver.topUp(window, buffer.size()));
        }
    }

    private int window() {
        boolean wantsOne = listener != null || isWaiting;
        return prefetch == 0 && wantsOne ? 1 : prefetch;
    }

    boolean hasBuffered() {
        return buffer.size() > 0;
    }

    // ---- receiving

    @Override
    public @Nullable Message receive() throws JMSException {
        return receiveMessage(FOREVER);
    }

    @Override
    public @Nullable Message receive(long timeoutMs) throws JMSException {
        if (timeoutMs < 0) {
            throw new JMSException("Expected a timeout of at least 0 ms, but got " + timeoutMs);
        }
        return receiveMessage(timeoutMs == 0 ? FOREVER : timeoutMs);
    }

    @Override
    public @Nullable Message receiveNoWait() throws JMSException {
        return receiveMessage(0);
    }

    private @Nullable Message receiveMessage(long timeoutMs) throws JMSException {
        checkReceivable();
        receiving.lock();
        try {
            Arrival arrival = take(timeoutMs);
            if (arrival == null) {
                return null;
            }
            session.acknowledgements().begin(arrival);
            session.acknowledgements().end(arrival, false);
            return arrival.message;
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type, long timeoutMs, Consumer<Message> taken) throws JMSException {
        checkReceivable();
        receiving.lock();
        try {
            Arrival arrival = take(timeoutMs);
            if (arrival == null || arrival.message == null) {
                return null;
            }
            T body;
            try {
                body = body(arrival.message, type);
            } catch (MessageFormatException e) {
                if (session.ackMode().keepsOpen()) {
                    taken.accept(arrival.message);
                    session.acknowledgements().begin(arrival);
                } else {
                    buffer.putBack(List.of(arrival));
                }
                throw e;
            }
            taken.accept(arrival.message);
            session.acknowledgements().begin(arrival);
            session.acknowledgements().end(arrival, false);
            return body;
        } finally {
            receiving.unlock();
        }
    }

    private static <T> T body(PostriderMessage message, Class<T> type) throws JMSException {
        if (Messages.hasNoBody(message)) {
            throw new MessageFormatException("The message has no body that can be received by itself");
        }
        T body = message.getBody(type);
        if (body == null) {
            throw new MessageFormatException("The message has no body");
        }
        return body;
    }

    private void checkReceivable() throws JMSException {
        checkOpen();
        if (session.hasListeners()) {
            throw new IllegalStateException("A session with a message listener cannot be used to receive as well");
        }
    }

    private void checkOpen() throws JMSException {
        if (failure != null && !isClosed.get()) {
            throw JmsErrors.copy(failure);
        }
        if (isClosed.get()) {
            throw new IllegalStateException("The consumer is closed");
        }
    }

    /** The next message fit to be delivered, or null. */
    private @Nullable Arrival take(long timeoutMs) throws JMSException {
        long deadlineNs = System.nanoTime() + MessageBuffer.toNs(timeoutMs);
        while (true) {
            Arrival arrival = buffer.pollNow();
            if (arrival == null && timeoutMs != 0) {
                arrival = await(timeoutMs == FOREVER ? FOREVER : Math.max(0, deadlineNs - System.nanoTime()));
            }
            if (arrival == null) {
                arrival = takeLast(timeoutMs);
            }
            if (arrival == null) {
                if (failure != null && !isClosed.get()) {
                    throw JmsErrors.copy(failure);
                }
                return null;
            }
            if (isFit(arrival)) {
                return arrival;
            }
        }
    }

    private @Nullable Arrival await(long timeoutNs) throws JMSException {
        session.acknowledgements().flush();
        isWaiting = true;
        try {
            topUp();
            return buffer.poll(timeoutNs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw JmsErrors.withCause("Interrupted while waiting for a message", e);
        } finally {
            isWaiting = false;
        }
    }

    /** Time is up and nothing has arrived: asks the broker once more, so that "nothing" is the broker's word. */
    private @Nullable Arrival takeLast(long timeoutMs) throws JMSException {
        boolean isLocal = timeoutMs == 0
                ? options.receiving().isNoWaitLocal()
                : options.receiving().isLocalOnly() && prefetch > 0;
        if (timeoutMs == FOREVER || isLocal || isClosed.get() || failure != null || !buffer.isRunning()) {
            return null;
        }
        int extra = timeoutMs == 0 && receiver.credit() == 0 ? 1 : 0;
        session.connection()
                .tolerate(() -> receiver.drain(extra, options.timeouts().drainMs()));
        Arrival arrival = buffer.pollNow();
        topUp();
        return arrival;
    }

    /** Decodes a message and refuses it if the application must not see it. */
    private boolean isFit(Arrival arrival) throws JMSException {
        PostriderMessage message = arrival.message;
        long nowMs = System.currentTimeMillis();
        if (message == null) {
            try {
                message = MessageDecoder.decode(arrival.inbound.encoded(), context, nowMs);
            } catch (AmqpFormatException e) {
                JmsLog.messageRefused(spec.destination().name(), String.valueOf(e.getMessage()));
                settle(arrival, WireOutcome.FAILED_HERE);
                return false;
            }
            arrival.message = message;
        }
        if (options.receiving().isExpiryChecked() && message.expiresAtMs() != 0 && message.expiresAtMs() <= nowMs) {
            settle(arrival, WireOutcome.FAILED_HERE);
            return false;
        }
        int redeliveriesMax = options.receiving().redeliveriesMax();
        if (redeliveriesMax >= 0 && message.deliveryCount() > redeliveriesMax) {
            JmsLog.messageRefused(
                    spec.destination().name(), "it was redelivered " + message.deliveryCount() + " times");
            settle(arrival, refusal());
            return false;
        }
        return true;
    }

    private WireOutcome refusal() {
        return switch (options.receiving().redeliveryOutcome()) {
            case ACCEPTED -> WireOutcome.ACCEPTED;
            case REJECTED -> WireOutcome.REJECTED;
            case RELEASED -> WireOutcome.RELEASED;
            case MODIFIED_FAILED -> WireOutcome.FAILED;
            case MODIFIED_FAILED_UNDELIVERABLE -> WireOutcome.FAILED_HERE;
        };
    }

    /** Ends a delivery and lets the broker send more if it is time to. */
    void settle(Arrival arrival, WireOutcome outcome) throws JMSException {
        int window = !isClosed.get() && buffer.isRunning() ? window() : 0;
        session.connection().tolerate(() -> receiver.settle(arrival.inbound, outcome, window, buffer.size()));
    }

    /** Puts messages back to be delivered again, marked as such. */
    void redeliver(List<Arrival> arrivals) throws JMSException {
        for (Arrival arrival : arrivals) {
            PostriderMessage message = arrival.message;
            if (message != null) {
                arrival.recoveries++;
                arrival.message = message.again(message.deliveryCount() + 1);
            }
        }
        buffer.putBack(arrivals);
    }

    boolean isClosed() {
        return isClosed.get();
    }

    // ---- listening

    @Override
    public @Nullable MessageListener getMessageListener() throws JMSException {
        checkOpen();
        return listener;
    }

    @Override
    public void setMessageListener(@Nullable MessageListener newListener) throws JMSException {
        checkOpen();
        listener = newListener;
        if (newListener == null) {
            session.listenerThread().awaitIdle();
            return;
        }
        session.listenerThread().start();
        topUp();
        session.listenerThread().signal();
    }

    boolean hasListener() {
        return listener != null;
    }

    /**
     * Delivers one buffered message to the listener. Only on the session's listener thread.
     *
     * @return whether there was one
     */
    boolean deliverOne() {
        MessageListener target = listener;
        if (target == null) {
            return false;
        }
        try {
            Arrival arrival = buffer.pollNow();
            if (arrival == null) {
                return false;
            }
            if (isFit(arrival) && arrival.message != null) {
                deliver(session, arrival, arrival.message, target);
            }
            return true;
        } catch (JMSException e) {
            // The link is gone with the message; the broker delivers it again, and the loss is reported elsewhere.
            JmsLog.closeFailed("a delivery", e);
            return true;
        }
    }

    // ---- for a server session pool

    /**
     * The next message fit to be delivered.
     *
     * @param waits until there is one
     * @return null if there is none now, or the consumer is closed
     */
    @Nullable
    Arrival takeForPool(boolean waits) throws JMSException {
        while (true) {
            Arrival arrival = waits ? await(FOREVER) : buffer.pollNow();
            if (arrival == null || isFit(arrival)) {
                return arrival;
            }
        }
    }

    void putBack(List<Arrival> arrivals) {
        buffer.putBack(arrivals);
    }

    /** Delivers a message to the listener of a pool's session, which acknowledges as its mode says. */
    void deliverFor(ClientSession owner, Arrival arrival, MessageListener target) throws JMSException {
        if (arrival.message != null) {
            deliver(owner, arrival, arrival.message, target);
        }
    }

    private void deliver(ClientSession owner, Arrival arrival, PostriderMessage message, MessageListener target)
            throws JMSException {
        owner.acknowledgements().begin(arrival);
        boolean hasFailed = false;
        try {
            target.onMessage(message);
        } catch (RuntimeException e) {
            hasFailed = true;
            JmsLog.listenerFailed(spec.destination().name(), String.valueOf(message.getJMSMessageID()), e);
        }
        owner.acknowledgements().end(arrival, hasFailed);
    }

    // ---- closing

    @Override
    public void close() throws JMSException {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            giveBack();
            if (session.acknowledgements().hasOpen(this)) {
                isDetachPending = true;
            } else {
                detach();
            }
        } finally {
            session.forget(this);
        }
    }

    /** The session ends and takes the link with it: only gives back what was not consumed. */
    void closeWithSession() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            giveBack();
        } catch (JMSException e) {
            JmsLog.closeFailed("a consumer of " + spec.destination(), e);
        }
        giveBackSubscription();
    }

    /** Returns what was sent ahead and not taken, as if it had never been sent. */
    void releaseBuffered() throws JMSException {
        List<Inbound> unseen = buffer.takeAll().stream()
                .map(arrival -> arrival.inbound)
                .filter(inbound -> !inbound.isPresettled())
                .toList();
        if (!unseen.isEmpty()) {
            session.connection().tolerate(() -> session.wire().settle(unseen, WireOutcome.RELEASED));
        }
    }

    /** Waits for a running receive or listener, then returns what was sent ahead, as if it had never been sent. */
    private void giveBack() throws JMSException {
        buffer.close();
        session.listenerThread().awaitIdle();
        receiving.lock();
        try {
            if (!receiver.isUsable()) {
                return;
            }
            session.acknowledgements().flush();
            session.connection()
                    .tolerate(() -> receiver.drain(0, options.timeouts().closeMs()));
            releaseBuffered();
        } finally {
            receiving.unlock();
        }
    }

    /** Detaches a closed consumer once the last of its messages has an outcome. */
    void detachIfDone() throws JMSException {
        if (isDetachPending && !session.acknowledgements().hasOpen(this)) {
            isDetachPending = false;
            detach();
        }
    }

    private void detach() throws JMSException {
        try {
            session.connection().tolerate(() -> receiver.close(!spec.isDurable()));
        } finally {
            giveBackSubscription();
        }
    }

    private void giveBackSubscription() {
        if (spec.subscription() != null) {
            session.connection().subscriptions().giveBack(spec);
        }
    }

    // ---- what the application asks about

    @Override
    public @Nullable String getMessageSelector() throws JMSException {
        checkOpen();
        return spec.selector();
    }

    @Override
    public Queue getQueue() throws JMSException {
        checkOpen();
        return (Queue) spec.destination();
    }

    @Override
    public Topic getTopic() throws JMSException {
        checkOpen();
        return (Topic) spec.destination();
    }

    @Override
    public boolean getNoLocal() throws JMSException {
        checkOpen();
        return spec.isNoLocal();
    }
}
