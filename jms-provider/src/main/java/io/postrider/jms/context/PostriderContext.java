// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A context: a connection, perhaps shared, and a session of its own. Used by one thread, as its session is. */
public class PostriderContext implements JMSContext {
    private final SharedConnection shared;
    /** Made when first needed, because the client ID may be set until then. */
    private @Nullable Session session;

    private final int sessionMode;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private boolean isAutoStarted = true;
    private @Nullable MessageProducer producer;
    /** Last message handed to the application, through which {@link #acknowledge} works. */
    private volatile @Nullable Message lastReceived;

    private PostriderContext(SharedConnection shared, int sessionMode, boolean isFirst) throws JMSException {
        this.shared = shared;
        this.sessionMode = sessionMode;
        if (!isFirst || sessionMode < SESSION_TRANSACTED || sessionMode > DUPS_OK_ACKNOWLEDGE) {
            this.session = shared.get().createSession(sessionMode);
        }
    }

    /** A context on a session that is there. */
    PostriderContext(SharedConnection shared, Session session) {
        this.shared = shared;
        this.sessionMode = SESSION_TRANSACTED;
        this.session = session;
    }

    private Session session() {
        checkOpen();
        Session open = session;
        if (open == null) {
            open = Checked.get(() -> shared.get().createSession(sessionMode));
            session = open;
        }
        return open;
    }

    /** The first context on a new connection, which is closed if the context cannot be made. */
    public static PostriderContext first(Connection connection, int sessionMode) throws JMSException {
        boolean isMade = false;
        try {
            PostriderContext context = new PostriderContext(new SharedConnection(connection), sessionMode, true);
            isMade = true;
            return context;
        } finally {
            if (!isMade) {
                connection.close();
            }
        }
    }

    @Override
    public JMSContext createContext(int mode) {
        checkOpen();
        shared.join();
        boolean isMade = false;
        try {
            PostriderContext context = new PostriderContext(shared, mode, false);
            isMade = true;
            return context;
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        } finally {
            if (!isMade) {
                Checked.run(shared::leave);
            }
        }
    }

    private void checkOpen() {
        if (isClosed.get()) {
            throw new IllegalStateRuntimeException("The context is closed");
        }
    }

    void received(@Nullable Message message) {
        lastReceived = message;
    }

    @Override
    public void acknowledge() {
        checkOpen();
        Message message = lastReceived;
        boolean isManual = sessionMode == CLIENT_ACKNOWLEDGE || sessionMode > DUPS_OK_ACKNOWLEDGE;
        if (message != null && isManual) {
            Checked.run(message::acknowledge);
        }
    }

    @Override
    public void close() {
        Checked.run(() -> {
            if (isClosed.get()) {
                return;
            }
            // First what may refuse, from within a listener: nothing has happened then.
            Session open = session;
            if (open != null) {
                open.close();
            }
            if (isClosed.compareAndSet(false, true)) {
                shared.leave();
            }
        });
    }

    // ---- connection

    @Override
    public @Nullable String getClientID() {
        return Checked.get(shared.get()::getClientID);
    }

    @Override
    public void setClientID(String clientId) {
        if (shared.isShared()) {
            throw new IllegalStateRuntimeException("The client ID of a connection with several contexts cannot be set");
        }
        Checked.run(() -> shared.get().setClientID(clientId));
    }

    @Override
    public ConnectionMetaData getMetaData() {
        return Checked.get(shared.get()::getMetaData);
    }

    @Override
    public @Nullable ExceptionListener getExceptionListener() {
        return Checked.get(shared.get()::getExceptionListener);
    }

    @Override
    public void setExceptionListener(@Nullable ExceptionListener listener) {
        Checked.run(() -> shared.get().setExceptionListener(listener));
    }

    @Override
    public void start() {
        checkOpen();
        Checked.run(shared.get()::start);
    }

    @Override
    public void stop() {
        checkOpen();
        Checked.run(shared.get()::stop);
    }

    @Override
    public void setAutoStart(boolean autoStart) {
        checkOpen();
        isAutoStarted = autoStart;
    }

    @Override
    public boolean getAutoStart() {
        checkOpen();
        return isAutoStarted;
    }

    // ---- producing

    @Override
    public JMSProducer createProducer() {
        checkOpen();
        if (producer == null) {
            producer = Checked.get(() -> session().createProducer(null));
        }
        return new ContextProducer(session(), producer);
    }

    @Override
    public Message createMessage() {
        return Checked.get(session()::createMessage);
    }

    @Override
    public TextMessage createTextMessage() {
        return Checked.get(() -> session().createTextMessage());
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) {
        return Checked.get(() -> session().createTextMessage(text));
    }

    @Override
    public BytesMessage createBytesMessage() {
        return Checked.get(session()::createBytesMessage);
    }

    @Override
    public MapMessage createMapMessage() {
        return Checked.get(session()::createMapMessage);
    }

    @Override
    public StreamMessage createStreamMessage() {
        return Checked.get(session()::createStreamMessage);
    }

    @Override
    public ObjectMessage createObjectMessage() {
        return Checked.get(() -> session().createObjectMessage());
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) {
        return Checked.get(() -> session().createObjectMessage(object));
    }

    // ---- consuming

    private JMSConsumer consumer(Checked.Call<MessageConsumer> creation) {
        checkOpen();
        MessageConsumer consumer = Checked.get(creation);
        autoStart();
        return new ContextConsumer(this, (BodyReceiver) consumer);
    }

    private QueueBrowser browser(Checked.Call<QueueBrowser> creation) {
        checkOpen();
        QueueBrowser browser = Checked.get(creation);
        autoStart();
        return browser;
    }

    private void autoStart() {
        if (isAutoStarted) {
            Checked.run(shared.get()::start);
        }
    }

    @Override
    public JMSConsumer createConsumer(Destination destination) {
        return consumer(() -> session().createConsumer(destination));
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, @Nullable String selector) {
        return consumer(() -> session().createConsumer(destination, selector));
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, @Nullable String selector, boolean noLocal) {
        return consumer(() -> session().createConsumer(destination, selector, noLocal));
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name) {
        return consumer(() -> session().createDurableConsumer(topic, name));
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name, @Nullable String selector, boolean noLocal) {
        return consumer(() -> session().createDurableConsumer(topic, name, selector, noLocal));
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name) {
        return consumer(() -> session().createSharedDurableConsumer(topic, name));
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name, @Nullable String selector) {
        return consumer(() -> session().createSharedDurableConsumer(topic, name, selector));
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name) {
        return consumer(() -> session().createSharedConsumer(topic, name));
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name, @Nullable String selector) {
        return consumer(() -> session().createSharedConsumer(topic, name, selector));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) {
        return browser(() -> session().createBrowser(queue));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String selector) {
        return browser(() -> session().createBrowser(queue, selector));
    }

    // ---- destinations and the session

    @Override
    public Queue createQueue(String name) {
        return Checked.get(() -> session().createQueue(name));
    }

    @Override
    public Topic createTopic(String name) {
        return Checked.get(() -> session().createTopic(name));
    }

    @Override
    public TemporaryQueue createTemporaryQueue() {
        return Checked.get(session()::createTemporaryQueue);
    }

    @Override
    public TemporaryTopic createTemporaryTopic() {
        return Checked.get(session()::createTemporaryTopic);
    }

    @Override
    public void unsubscribe(String name) {
        Checked.run(() -> session().unsubscribe(name));
    }

    @Override
    public int getSessionMode() {
        checkOpen();
        return sessionMode;
    }

    @Override
    public boolean getTransacted() {
        return Checked.get(session()::getTransacted);
    }

    @Override
    public void commit() {
        Checked.run(session()::commit);
    }

    @Override
    public void rollback() {
        Checked.run(session()::rollback);
    }

    @Override
    public void recover() {
        Checked.run(session()::recover);
    }
}
