// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.Endpoint;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A thread that connects, works until the connection breaks, and connects again. */
abstract class JmsWorker implements Worker {
    /** Where to connect, and how. */
    record Server(Endpoint endpoint, ConnectionFactory factory) {
        boolean isListening() {
            try (Socket socket = new Socket(endpoint.host(), endpoint.amqpPort())) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        }
    }

    private static final long RECONNECT_PAUSE_MS = 25;
    private static final long STOP_LIMIT_SECONDS = 90;

    final String name;
    final Checker checker;

    private final Server server;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isStopping;
    private volatile boolean isAbandoned;
    private volatile Throwable failure;

    JmsWorker(String name, Server server, Checker checker) {
        this.name = name;
        this.server = server;
        this.checker = checker;
    }

    /** Works on one connection until {@link #isStopping} and there is nothing left to do, or the connection breaks. */
    abstract void work(Connection connection) throws JMSException;

    /** Whether a stopping worker may end although it lost its connection. */
    abstract boolean isFinished();

    final void start() {
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    final boolean isStopping() {
        return isStopping;
    }

    final void connected() {
        ready.countDown();
    }

    private void run() {
        try {
            while (!isAbandoned && (!isStopping || !isFinished())) {
                // A bare connect first, so that a dozen clients in vain do not slow the broker's start down.
                if (!server.isListening()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RECONNECT_PAUSE_MS));
                    continue;
                }
                try (Connection connection = server.factory().createConnection()) {
                    work(connection);
                } catch (JMSException broken) {
                    // The broker was killed: that is what the run is about.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RECONNECT_PAUSE_MS));
                }
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            ended.countDown();
        }
    }

    /** Lets the thread end on its own time; for runs that failed. */
    final void abandon() {
        isStopping = true;
        isAbandoned = true;
    }

    @Override
    public void awaitReady() throws InterruptedException {
        if (!ready.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("Expected " + name + " to connect", failure);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        isStopping = true;
        if (!ended.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS) || failure != null) {
            throw new AssertionError("Expected " + name + " to end its work", failure);
        }
    }
}
