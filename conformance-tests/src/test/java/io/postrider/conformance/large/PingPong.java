// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.large;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection that sends a small durable message and receives it, over and over, and notes how long that takes. */
final class PingPong implements AutoCloseable {
    private final Thread thread;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<Long> tookUs = new ArrayList<>();
    private volatile RuntimeException failure;

    PingPong(Endpoint broker) {
        thread = new Thread(() -> run("amqp://" + broker.host() + ":" + broker.amqpPort()), "ping-pong");
        thread.start();
    }

    private void run(String uri) {
        try (JMSContext context = new PostriderConnectionFactory(uri).createContext()) {
            Queue queue = context.createQueue("ping");
            var producer = context.createProducer();
            var consumer = context.createConsumer(queue);
            while (!isOver.get()) {
                long startNs = System.nanoTime();
                producer.send(queue, "ping");
                if (consumer.receive(30_000) == null) {
                    throw new IllegalStateException("Expected the message back within 30 s");
                }
                tookUs.add((System.nanoTime() - startNs) / 1000);
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Ends it and returns the time within which all but a hundredth went. */
    long endAndP99Ms() throws InterruptedException {
        close();
        List<Long> sorted = tookUs.stream().sorted().toList();
        return sorted.get(sorted.size() * 99 / 100) / 1000;
    }

    @Override
    public void close() throws InterruptedException {
        isOver.set(true);
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }
}
