// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.RemotePeer;
import io.postrider.jms.wire.WireConnection;
import io.postrider.jms.wire.WireOutcome;
import io.postrider.jms.wire.WireSession;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TransactionInProgressException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A session. Used by one thread at a time, which is the listener thread once a listener is set; {@link #close} may come
 * from any.
 */
class ClientSession extends SessionMethods {
    private final ClientConnection connection;
    /** Replaced by another when the connection was lost and came back. */
    private volatile WireSession wire;

    private final String id;
    private final Domain domain;
    private final AckMode ackMode;
    private final Acknowledgements acknowledgements;
    private final ListenerThread listenerThread;
    private final CompletionQueue completions;
    private final @Nullable SessionWork work;
    private final List<ClientConsumer> consumers = new CopyOnWriteArrayList<>();
    private final List<ClientProducer> producers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final AtomicInteger links = new AtomicInteger();
    private final PoolWork poolWork = new PoolWork(this);
    private volatile boolean isStarted;

    ClientSession(ClientConnection connection, WireSession wire, String id, Domain domain, AckMode ackMode)
            throws JMSException {
        this(
                connection,
                wire,
                id,
                domain,
                ackMode,
                ackMode == AckMode.TRANSACTED
                        ? new SessionTransaction(
                                wire, id, connection.options().timeouts().requestMs())
                        : null);
    }

    ClientSession(
            ClientConnection connection,
            WireSession wire,
            String id,
            Domain domain,
            AckMode ackMode,
            @Nullable SessionWork work) {
        this.connection = connection;
        this.wire = wire;
        this.id = id;
        this.domain = domain;
        this.ackMode = ackMode;
        ClientOptions options = connection.options();
        boolean isAckConfirmed = switch (options.receiving().ackConfirmation()) {
            case AUTO -> connection.peer().confirmsOutcomes();
            case ALWAYS -> true;
            case NEVER -> false;
        };
        this.acknowledgements = new Acknowledgements(
                this, ackMode, isAckConfirmed, options.timeouts().requestMs());
        this.listenerThread = new ListenerThread(
                "postrider-listener-" + id, options.transport().isDaemon(), () -> consumers);
        this.completions = new CompletionQueue("postrider-completion-" + id);
        this.work = work;
    }

    /** What sends and acknowledgements are part of now; null if they are by themselves. */
    @Nullable
    SessionWork transaction() {
        return work != null && work.isActive() ? work : null;
    }

    /** Whether messages are acknowledged as they come, although the session is transacted: no branch is open. */
    boolean isBetweenBranches() {
        return work != null && !work.isActive();
    }

    @Override
    ClientConnection connection() {
        return connection;
    }

    @Override
    Domain domain() {
        return domain;
    }

    ClientOptions options() {
        return connection.options();
    }

    RemotePeer peer() {
        return connection.peer();
    }

    AddressPrefixes prefixes() {
        return connection.prefixes();
    }

    WireSession wire() {
        return wire;
    }

    AckMode ackMode() {
        return ackMode;
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    ListenerThread listenerThread() {
        return listenerThread;
    }

    CompletionQueue completions() {
        return completions;
    }

    boolean isStarted() {
        return isStarted;
    }

    boolean hasListeners() {
        for (ClientConsumer consumer : consumers) {
            if (consumer.hasListener()) {
                return true;
            }
        }
        return false;
    }

    boolean hasConsumerOf(PostriderDestination destination) {
        for (ClientConsumer consumer : consumers) {
            if (consumer.destination().equals(destination)) {
                return true;
            }
        }
        return false;
    }

    String nextLinkId() {
        return id + ":" + links.incrementAndGet();
    }

    @Override
    void checkOpen() throws JMSException {
        if (isClosed.get()) {
            throw new IllegalStateException("The session is closed");
        }
        connection.checkOpen();
    }

    /** Where a destination is at the broker. */
    String address(PostriderDestination destination) {
        return connection.address(destination);
    }

    // ---- loss and recovery

    /** The connection is gone for good. */
    void failed(JMSException cause) {
        for (ClientConsumer consumer : consumers) {
            consumer.failed(cause);
        }
    }

    /** Lives on in a new connection; what cannot is closed and reported. */
    synchronized void reattach(WireConnection fresh, JMSException cause) throws JMSException {
        if (isClosed.get() || wire.connection() == fresh) {
            return;
        }
        WireSession newWire = fresh.session();
        acknowledgements.forgetAll();
        if (work != null) {
            work.lost(cause);
            work.reattach(newWire);
        }
        wire = newWire;
        for (ClientProducer producer : producers) {
            producer.reattach();
        }
        for (ClientConsumer consumer : consumers) {
            consumer.reattach();
        }
    }

    boolean reattachIfStale(WireConnection current) throws JMSException {
        reattach(current, new LostConnectionException("The connection was lost", null));
        return true;
    }

    // ---- start, stop, recover, close

    void start() throws JMSException {
        isStarted = true;
        for (ClientConsumer consumer : consumers) {
            consumer.start();
        }
        listenerThread.resume();
    }

    /** Returns when no listener runs. */
    void stop() throws JMSException {
        isStarted = false;
        listenerThread.pause();
        poolWork.awaitIdle();
        for (ClientConsumer consumer : consumers) {
            consumer.stop();
        }
    }

    @Override
    public void recover() throws JMSException {
        checkOpen();
        if (work != null) {
            throw new IllegalStateException("A transacted session is rolled back, not recovered");
        }
        listenerThread.pause();
        Map<ClientConsumer, List<Arrival>> perConsumer = new LinkedHashMap<>();
        for (Arrival arrival : acknowledgements.takeAll()) {
            perConsumer
                    .computeIfAbsent(arrival.consumer, consumer -> new ArrayList<>())
                    .add(arrival);
        }
        for (Map.Entry<ClientConsumer, List<Arrival>> entry : perConsumer.entrySet()) {
            ClientConsumer consumer = entry.getKey();
            List<Arrival> delayed = entry.getValue().stream()
                    .filter(arrival -> arrival.inbound.hasRetryDelay())
                    .toList();
            if (!delayed.isEmpty()) {
                connection.tolerate(
                        () -> wire.settle(inbounds(delayed), WireOutcome.FAILED)); // the broker has them wait
                entry.getValue().removeAll(delayed);
                consumer.topUp();
            }
            if (consumer.isClosed()) {
                connection.tolerate(() -> wire.settle(inbounds(entry.getValue()), WireOutcome.FAILED));
                consumer.detachIfDone();
            } else {
                consumer.redeliver(entry.getValue());
            }
        }
        if (isStarted) {
            listenerThread.resume();
        }
    }

    /** @throws IllegalStateException if the caller is a message listener of this session */
    void checkNotInListener(String method) throws IllegalStateException {
        if (listenerThread.isCurrent() || poolWork.isCurrent()) {
            throw new IllegalStateException(method + " may not be called from a message listener of its own session");
        }
    }

    /** @throws IllegalStateException if the caller is a message or completion listener of this session */
    void checkNotInCallback(String method) throws IllegalStateException {
        checkNotInListener(method);
        completions.checkNotInCallback(method);
    }

    @Override
    public void close() throws JMSException {
        checkNotInCallback("Session.close");
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            listenerThread.stop();
            poolWork.awaitIdle();
            completions.awaitEmpty(options().timeouts().closeMs());
            consumers.forEach(ClientConsumer::closeWithSession);
            if (work != null) {
                work.close(
                        inbounds(acknowledgements.takeAll()),
                        options().timeouts().closeMs());
            }
            acknowledgements.failAll();
            wire.end();
        } catch (JMSException e) {
            // The connection is lost or the broker does not answer: what was open comes again anyway.
            JmsLog.closeFailed("a session", e);
        } finally {
            consumers.clear();
            producers.clear();
            connection.forget(this);
            // What the end of the session has failed is told to its listeners before close returns.
            completions.awaitEmpty(options().timeouts().closeMs());
        }
    }

    void forget(ClientConsumer consumer) {
        consumers.remove(consumer);
    }

    void forget(ClientProducer producer) {
        producers.remove(producer);
    }

    // ---- consumers, producers, browsers

    @Override
    ClientConsumer consume(ConsumerSpec spec) throws JMSException {
        PostriderDestination destination = spec.destination();
        connection.checkMayConsume(destination);
        ConsumerLinks links = new ConsumerLinks(connection, nextLinkId(), options());
        boolean isTaken = false;
        ConsumerLinks.Plan plan = links.plan(spec, ackMode);
        try {
            ClientConsumer consumer = connection.retry(() -> new ClientConsumer(this, spec, plan));
            consumers.add(consumer);
            isTaken = true;
            if (connection.recovers()) {
                connection.retry(consumer::reattachIfStale);
            }
            if (isStarted) {
                consumer.start();
            }
            return consumer;
        } finally {
            if (!isTaken && spec.subscription() != null) {
                connection.subscriptions().giveBack(spec);
            }
        }
    }

    @Override
    ClientProducer produce(@Nullable Destination destination) throws JMSException {
        checkOpen();
        PostriderDestination own = destination == null ? null : Destinations.from(destination);
        String linkId = nextLinkId();
        ClientProducer producer = connection.retry(() -> new ClientProducer(this, linkId, own));
        producers.add(producer);
        if (connection.recovers()) {
            connection.retry(producer::reattachIfStale);
        }
        return producer;
    }

    @Override
    QueueBrowser browse(Queue queue, PostriderDestination destination, @Nullable String selector) {
        return new ClientBrowser(this, queue, destination, selector);
    }

    // ---- transactions

    @Override
    public boolean getTransacted() throws JMSException {
        checkOpen();
        return work != null;
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        checkOpen();
        return ackMode.code();
    }

    private SessionTransaction open(String method) throws JMSException {
        checkOpen();
        if (!(work instanceof SessionTransaction transaction)) {
            throw work == null
                    ? new IllegalStateException("The session is not transacted")
                    : new TransactionInProgressException(
                            method + " is the transaction manager's: the session takes part in global transactions");
        }
        completions.checkNotInCallback(method);
        completions.awaitEmpty(options().timeouts().requestMs());
        return transaction;
    }

    static List<Inbound> inbounds(List<Arrival> arrivals) {
        return arrivals.stream().map(arrival -> arrival.inbound).toList();
    }

    @Override
    public void commit() throws JMSException {
        SessionTransaction open = open("commit");
        List<Arrival> received = acknowledgements.takeAll();
        open.commit(inbounds(received));
        for (Arrival arrival : received) {
            arrival.consumer.detachIfDone();
        }
    }

    /**
     * Messages received come again in their old order: the consumers first give back their credit and what was sent ahead
     * to them, because some brokers put what comes back at the head of the queue.
     */
    @Override
    public void rollback() throws JMSException {
        SessionTransaction open = open("rollback");
        listenerThread.pause();
        for (ClientConsumer consumer : consumers) {
            consumer.stop();
            consumer.releaseBuffered();
        }
        List<Arrival> received = acknowledgements.takeAll();
        open.rollback(inbounds(received));
        for (Arrival arrival : received) {
            arrival.consumer.detachIfDone();
        }
        if (isStarted) {
            for (ClientConsumer consumer : consumers) {
                consumer.start();
            }
            listenerThread.resume();
        }
    }

    // ---- what a server session pool uses

    @Override
    public @Nullable MessageListener getMessageListener() throws JMSException {
        checkOpen();
        return poolWork.listener();
    }

    @Override
    public void setMessageListener(@Nullable MessageListener listener) throws JMSException {
        checkOpen();
        poolWork.setListener(listener);
    }

    /** Messages that {@link #run} is to deliver. */
    void load(List<Arrival> arrivals) {
        poolWork.load(arrivals);
    }

    @Override
    public void run() {
        try {
            checkOpen();
            poolWork.run();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }
}
