// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.destination.TemporaryOwner;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.ReceiverListener;
import io.postrider.jms.wire.ReceiverSpec;
import io.postrider.jms.wire.RemotePeer;
import io.postrider.jms.wire.WireConnection;
import io.postrider.jms.wire.WireReceiver;
import io.postrider.jms.wire.WireSession;
import jakarta.jms.ConnectionConsumer;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueSession;
import jakarta.jms.ServerSessionPool;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicSession;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A connection. Any thread. */
class ClientConnection implements QueueConnection, TopicConnection, TemporaryOwner, WireHolder.Owner {
    private final String id = UUID.randomUUID().toString();
    private final ClientOptions options;
    private final Domain domain;
    private final @Nullable String user;
    private final WireHolder holder;
    private final Reports reports = new Reports("postrider-exceptions-" + id);
    private final TemporaryDestinations temporaries = new TemporaryDestinations(id);
    private final List<ClientSession> sessions = new CopyOnWriteArrayList<>();
    private final AtomicInteger sessionCount = new AtomicInteger();
    private final AtomicLong unansweredSends = new AtomicLong();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Object monitor = new Object();
    /** Asked for with every message; forgotten with the connection. */
    private volatile @Nullable AddressPrefixes prefixes;

    // Guarded by the monitor.
    private @Nullable String clientId;
    private boolean isClientIdFixed;
    private boolean isStarted;
    private @Nullable SubscriptionNames subscriptions;
    /** For temporary destinations and unsubscribing. */
    private @Nullable WireSession ownSession;

    ClientConnection(ClientOptions options, Domain domain, @Nullable String user, @Nullable String password)
            throws JMSException {
        this.options = options;
        this.domain = domain;
        this.user = user;
        if (!options.withoutEffect().isEmpty()) {
            JmsLog.optionsWithoutEffect(options.withoutEffect());
        }
        this.holder = new WireHolder(options, user, password, id, this);
        String configured = options.identity().clientId();
        if (configured != null) {
            boolean isOpen = false;
            try {
                clientId = configured;
                open();
                isOpen = true;
            } finally {
                if (!isOpen) {
                    close();
                }
            }
        }
    }

    ClientOptions options() {
        return options;
    }

    // ---- loss and recovery

    /** What can be tried again on a new connection. */
    interface Attempt<T> {
        T make() throws JMSException;
    }

    /** What a new connection makes unnecessary. */
    interface Action {
        void run() throws JMSException;
    }

    /** Whether a lost connection comes back. */
    boolean recovers() {
        return holder.recovers();
    }

    /** Tries until there is a result, or a problem other than a lost connection that comes back. */
    <T> T retry(Attempt<T> attempt) throws JMSException {
        if (!recovers()) {
            return attempt.make();
        }
        while (true) {
            int seen = holder.generation();
            try {
                return attempt.make();
            } catch (LostConnectionException e) {
                holder.awaitNext(seen, e);
            }
        }
    }

    /** Does what is of no use on a connection that is lost and comes back: the recovery sees to it, or the broker has. */
    void tolerate(Action action) throws JMSException {
        try {
            action.run();
        } catch (LostConnectionException e) {
            if (!recovers()) {
                throw e;
            }
        }
    }

    /** The connection is gone for good. */
    @Override
    public void failed(JMSException cause) {
        for (ClientSession session : sessions) {
            session.failed(cause);
        }
        reports.report(cause);
    }

    @Override
    public void reattach(WireConnection fresh, JMSException cause) throws JMSException {
        long unanswered = unansweredSends.getAndSet(0);
        if (unanswered > 0) {
            JmsLog.sendsWithoutAnswer(unanswered);
        }
        prefixes = null;
        WireSession own = fresh.session();
        synchronized (monitor) {
            ownSession = own;
        }
        temporaries.reattach(own);
        for (ClientSession session : sessions) {
            session.reattach(fresh, cause);
        }
    }

    /** The connection of this moment, which the caller is about to be attached to. */
    WireConnection wire() throws JMSException {
        return open();
    }

    /** Address of a destination at the broker of this moment. */
    String address(PostriderDestination destination) {
        return destination.kind().isTemporary()
                ? temporaries.address(destination)
                : prefixes().address(destination);
    }

    @Nullable
    String user() {
        return user;
    }

    RemotePeer peer() {
        return holder.peer();
    }

    /** Prefixes of the URI, else those the broker announced. */
    AddressPrefixes prefixes() {
        AddressPrefixes known = prefixes;
        if (known == null) {
            known = options.prefixes().equals(AddressPrefixes.NONE) ? peer().prefixes() : options.prefixes();
            prefixes = known;
        }
        return known;
    }

    SubscriptionNames subscriptions() {
        synchronized (monitor) {
            if (subscriptions == null) {
                subscriptions = new SubscriptionNames(clientId != null);
            }
            return subscriptions;
        }
    }

    /** Tells the exception listener about a problem that no call can report. */
    void report(JMSException problem) {
        if (!isClosed.get()) {
            reports.report(problem);
        }
    }

    /** A send nobody waits for has failed. When the connection is gone that is reported once, not for each send. */
    void reportSend(JMSException problem) {
        if (problem instanceof LostConnectionException) {
            unansweredSends.incrementAndGet();
        } else if (!(problem instanceof IllegalStateException)) {
            report(problem);
        }
    }

    void checkOpen() throws IllegalStateException {
        if (isClosed.get()) {
            throw new IllegalStateException("The connection is closed");
        }
    }

    void forget(ClientSession session) {
        sessions.remove(session);
    }

    private WireConnection open() throws JMSException {
        checkOpen();
        String containerId;
        synchronized (monitor) {
            isClientIdFixed = true;
            containerId = clientId == null ? options.identity().clientIdPrefix() + id : clientId;
        }
        return holder.open(containerId);
    }

    // ---- client ID, metadata, exception listener

    @Override
    public @Nullable String getClientID() throws JMSException {
        checkOpen();
        synchronized (monitor) {
            return clientId;
        }
    }

    @Override
    public void setClientID(@Nullable String newClientId) throws JMSException {
        checkOpen();
        synchronized (monitor) {
            if (clientId != null) {
                throw new IllegalStateException("The client ID is already set");
            }
            if (isClientIdFixed) {
                throw new IllegalStateException("The client ID must be set before the connection is used");
            }
            if (newClientId == null || newClientId.isEmpty()) {
                throw new InvalidClientIDException(
                        "Expected a client ID, but got " + (newClientId == null ? "null" : "''"));
            }
            clientId = newClientId;
        }
        boolean isAccepted = false;
        try {
            open();
            isAccepted = true;
        } finally {
            if (!isAccepted) {
                synchronized (monitor) {
                    clientId = null;
                    isClientIdFixed = false;
                }
            }
        }
    }

    @Override
    public ConnectionMetaData getMetaData() throws JMSException {
        checkOpen();
        return new ConnectionInfo();
    }

    @Override
    public @Nullable ExceptionListener getExceptionListener() throws JMSException {
        checkOpen();
        return reports.listener();
    }

    @Override
    public void setExceptionListener(@Nullable ExceptionListener listener) throws JMSException {
        checkOpen();
        reports.setListener(listener);
    }

    // ---- start, stop, close

    @Override
    public void start() throws JMSException {
        open();
        synchronized (monitor) {
            if (isStarted) {
                return;
            }
            isStarted = true;
        }
        for (ClientSession session : sessions) {
            session.start();
        }
    }

    @Override
    public void stop() throws JMSException {
        checkOpen();
        for (ClientSession session : sessions) {
            session.checkNotInListener("Connection.stop");
        }
        open();
        synchronized (monitor) {
            if (!isStarted) {
                return;
            }
            isStarted = false;
        }
        for (ClientSession session : sessions) {
            session.stop();
        }
    }

    private void checkNotInCallback(String method) throws IllegalStateException {
        for (ClientSession session : sessions) {
            session.checkNotInCallback(method);
        }
    }

    @Override
    public void close() throws JMSException {
        checkNotInCallback("Connection.close");
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            for (ClientSession session : sessions) {
                session.close();
            }
        } finally {
            holder.close();
            reports.close();
        }
    }

    // ---- sessions

    private ClientSession session(Domain sessionDomain, int mode) throws JMSException {
        AckMode ackMode = AckMode.of(mode);
        return open(
                sessionDomain, (wire, sessionId) -> new ClientSession(this, wire, sessionId, sessionDomain, ackMode));
    }

    /** Makes a session of some kind. */
    interface Opening<S extends ClientSession> {
        S open(WireSession wire, String sessionId) throws JMSException;
    }

    <S extends ClientSession> S open(Domain sessionDomain, Opening<S> opening) throws JMSException {
        checkOpen();
        String sessionId = "ID:" + id + ":" + sessionCount.incrementAndGet();
        S session = retry(() -> opening.open(open().session(), sessionId));
        boolean startsNow;
        synchronized (monitor) {
            sessions.add(session);
            startsNow = isStarted;
        }
        if (recovers()) {
            // The connection may have been restored before the session was in the list.
            retry(() -> session.reattachIfStale(open()));
        }
        if (startsNow) {
            session.start();
        }
        return session;
    }

    private static int mode(boolean isTransacted, int mode) {
        return isTransacted ? Session.SESSION_TRANSACTED : mode;
    }

    @Override
    public Session createSession(boolean isTransacted, int acknowledgeMode) throws JMSException {
        return session(Domain.COMMON, mode(isTransacted, acknowledgeMode));
    }

    @Override
    public Session createSession(int sessionMode) throws JMSException {
        return session(Domain.COMMON, sessionMode);
    }

    @Override
    public Session createSession() throws JMSException {
        return session(Domain.COMMON, Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public QueueSession createQueueSession(boolean isTransacted, int acknowledgeMode) throws JMSException {
        return session(Domain.QUEUE, mode(isTransacted, acknowledgeMode));
    }

    @Override
    public TopicSession createTopicSession(boolean isTransacted, int acknowledgeMode) throws JMSException {
        return session(Domain.TOPIC, mode(isTransacted, acknowledgeMode));
    }

    // ---- temporary destinations and subscriptions

    private WireSession ownSession() throws JMSException {
        WireConnection wire = open();
        synchronized (monitor) {
            if (ownSession == null || !ownSession.isUsable()) {
                ownSession = wire.session();
            }
            return ownSession;
        }
    }

    PostriderDestination createTemporary(DestinationKind kind) throws JMSException {
        return retry(() -> temporaries.create(kind, ownSession(), this));
    }

    @Override
    public void deleteTemporary(PostriderDestination destination) throws JMSException {
        checkOpen();
        for (ClientSession session : sessions) {
            if (session.hasConsumerOf(destination)) {
                throw new IllegalStateException(destination + " still has a consumer");
            }
        }
        temporaries.delete(destination);
    }

    void checkMayConsume(PostriderDestination destination) throws JMSException {
        temporaries.checkMayConsume(destination);
    }

    /** Deletes a durable subscription: finds it by its name, then detaches from it for good. */
    void unsubscribe(String name) throws JMSException {
        SubscriptionNames names = subscriptions();
        names.checkNoConsumer(name);
        List<String> desired = names.hasClientId() ? List.of() : List.of("shared", "global");
        retry(() -> {
            WireReceiver found = ownSession().receiver(ReceiverSpec.lookup(names.lookup(name), desired), new Lookup());
            found.close(true);
            return true;
        });
    }

    /** Takes nothing: a lookup is given no credit. */
    private static final class Lookup implements ReceiverListener {
        @Override
        public void delivered(Inbound inbound) {
            throw new java.lang.IllegalStateException("Expected no message without credit");
        }

        @Override
        public void ended(JMSException cause, boolean isByPeer) {
            JmsLog.closeFailed("the lookup of a subscription", cause);
        }
    }

    // ---- connection consumers

    private ConnectionConsumer poolConsumer(ConsumerSpec spec, @Nullable ServerSessionPool pool, int messagesMax)
            throws JMSException {
        if (pool == null) {
            throw new JMSException("Expected a server session pool, but got null");
        }
        if (messagesMax < 1) {
            throw new JMSException("Expected at least 1 message for a session at once, but got " + messagesMax);
        }
        ClientSession session = session(Domain.COMMON, Session.AUTO_ACKNOWLEDGE);
        boolean isMade = false;
        try {
            PoolConsumer consumer = new PoolConsumer(session, session.consume(spec), pool, messagesMax);
            consumer.start();
            isMade = true;
            return consumer;
        } finally {
            if (!isMade) {
                session.close();
            }
        }
    }

    private ConnectionConsumer plainConsumer(
            @Nullable Destination destination,
            @Nullable String messageSelector,
            @Nullable ServerSessionPool pool,
            int messagesMax)
            throws JMSException {
        checkOpen();
        ConsumerSpec spec =
                ConsumerSpec.plain(Destinations.from(destination), SessionMethods.selector(messageSelector), false);
        return poolConsumer(spec, pool, messagesMax);
    }

    private ConnectionConsumer subscriptionConsumer(
            @Nullable Topic topic,
            @Nullable String name,
            @Nullable String messageSelector,
            @Nullable ServerSessionPool pool,
            int messagesMax,
            boolean isDurable,
            boolean isShared)
            throws JMSException {
        checkOpen();
        domain.checkNot(Domain.QUEUE, "A connection consumer of a subscription");
        PostriderDestination own = SessionMethods.topic(topic);
        ConsumerSpec spec = new ConsumerSpec(
                own,
                SessionMethods.selector(messageSelector),
                false,
                SubscriptionNames.check(name),
                isDurable,
                isShared);
        return poolConsumer(spec, pool, messagesMax);
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Destination destination, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return plainConsumer(destination, messageSelector, pool, maxMessages);
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Queue queue, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return plainConsumer(queue, messageSelector, pool, maxMessages);
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Topic topic, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return plainConsumer(topic, messageSelector, pool, maxMessages);
    }

    @Override
    public ConnectionConsumer createSharedConnectionConsumer(
            Topic topic, String name, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return subscriptionConsumer(topic, name, messageSelector, pool, maxMessages, false, true);
    }

    @Override
    public ConnectionConsumer createDurableConnectionConsumer(
            Topic topic, String name, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return subscriptionConsumer(topic, name, messageSelector, pool, maxMessages, true, false);
    }

    @Override
    public ConnectionConsumer createSharedDurableConnectionConsumer(
            Topic topic, String name, @Nullable String messageSelector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        return subscriptionConsumer(topic, name, messageSelector, pool, maxMessages, true, true);
    }
}
