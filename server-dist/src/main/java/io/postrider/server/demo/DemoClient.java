// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A part of the demo with a connection of its own, which it opens again whenever the broker was away. */
abstract class DemoClient implements Runnable {
    static final String TOPIC = "orders";
    static final String ORDER = "orderId";
    private static final long RETRY_MS = 100;

    private final String uri;
    private final @Nullable String clientId;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch connected = new CountDownLatch(1);

    DemoClient(int port, @Nullable String clientId) {
        this.uri = "amqp://127.0.0.1:" + port;
        this.clientId = clientId;
    }

    /** Works on an open connection until it is lost or the work is done. */
    abstract void work(Connection connection) throws JMSException, InterruptedException;

    /** Says that the client is where the demo may begin. */
    final void ready() {
        connected.countDown();
    }

    final boolean awaitReady(long seconds) throws InterruptedException {
        return connected.await(seconds, TimeUnit.SECONDS);
    }

    final void stop() {
        stop.countDown();
    }

    final boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Waits until stopped or until the connection reports a problem. */
    final void awaitEnd(CountDownLatch lost) throws InterruptedException {
        while (!isStopped() && !lost.await(50, TimeUnit.MILLISECONDS)) {
            // looks at both every 50 ms
        }
    }

    @Override
    public final void run() {
        try {
            while (!isStopped()) {
                attempt();
                stop.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt() throws InterruptedException {
        try (Connection connection = new PostriderConnectionFactory(uri).createConnection()) {
            if (clientId != null) {
                connection.setClientID(clientId);
            }
            work(connection);
        } catch (JMSException e) {
            lastProblem = e; // the broker is away: the loop tries again, and the closing table tells what came of it
        }
    }

    private volatile @Nullable JMSException lastProblem;

    /** The last reason why the connection had to be opened again; null if there was none. */
    final @Nullable JMSException lastProblem() {
        return lastProblem;
    }
}
