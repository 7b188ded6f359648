// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.ConnectionConsumer;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.ServerSession;
import jakarta.jms.ServerSessionPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages to the sessions of an application server's pool (Jakarta Messaging 3.1 §11.2). It has a consumer in a
 * session of its own, and one thread that takes from it, asks the pool for a session, and gives it the messages to run.
 */
final class PoolConsumer implements ConnectionConsumer {
    private final ClientSession session;
    private final ClientConsumer consumer;
    private final ServerSessionPool pool;
    private final int messagesMax;
    private final Thread thread;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /** @param session for this consumer alone; closed with it */
    PoolConsumer(ClientSession session, ClientConsumer consumer, ServerSessionPool pool, int messagesMax) {
        this.session = session;
        this.consumer = consumer;
        this.pool = pool;
        this.messagesMax = messagesMax;
        this.thread = new Thread(this::run, "postrider-pool-" + session.nextLinkId());
        this.thread.setDaemon(session.options().transport().isDaemon());
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!isClosed.get()) {
                List<Arrival> batch = next();
                if (batch.isEmpty()) {
                    return;
                }
                handOver(batch);
            }
        } catch (JMSException e) {
            session.connection().report(e);
        }
    }

    /** Waits for a message and takes those behind it; nothing when the consumer is closed. */
    private List<Arrival> next() throws JMSException {
        List<Arrival> batch = new ArrayList<>();
        Arrival first = consumer.takeForPool(true);
        for (Arrival arrival = first; arrival != null; arrival = consumer.takeForPool(false)) {
            batch.add(arrival);
            if (batch.size() == messagesMax) {
                break;
            }
        }
        return batch;
    }

    private void handOver(List<Arrival> batch) throws JMSException {
        boolean isTaken = false;
        try {
            ServerSession target = pool.getServerSession();
            if (!(target.getSession() instanceof ClientSession own)) {
                throw new IllegalStateException("Expected the pool to hold sessions of this provider, but got "
                        + target.getSession().getClass().getName());
            }
            own.load(batch);
            isTaken = true;
            target.start();
        } catch (RuntimeException e) {
            throw JmsErrors.withCause("The server session pool failed", e);
        } finally {
            if (!isTaken) {
                consumer.putBack(batch);
            }
        }
    }

    @Override
    public @Nullable ServerSessionPool getServerSessionPool() throws JMSException {
        checkOpen();
        return pool;
    }

    private void checkOpen() throws JMSException {
        session.checkOpen();
        if (isClosed.get()) {
            throw new IllegalStateException("The connection consumer is closed");
        }
    }

    @Override
    public void close() throws JMSException {
        if (isClosed.compareAndSet(false, true)) {
            consumer.close();
            session.close();
        }
    }
}
