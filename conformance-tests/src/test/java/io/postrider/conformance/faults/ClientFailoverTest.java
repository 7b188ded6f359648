// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Our client's failover against a broker that is killed and started again while one connection sends and another consumes a
 * durable subscription. Neither application sees an exception; every message whose send returned is consumed.
 */
@Timeout(180)
class ClientFailoverTest {
    private static final int KILLS = 3;
    private static final int SENT_PER_LIFE = 150;

    private final BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();

    private JMSContext open(BrokerUnderTest broker, String options, int mode) {
        JMSContext context = new PostriderConnectionFactory("failover:(amqp://" + broker.host() + ":"
                        + broker.amqpPort() + ")?failover.maxReconnectDelay=200" + options)
                .createContext(mode);
        context.setExceptionListener(reported::add);
        return context;
    }

    @Test
    void nothingConfirmedIsLostAndNobodyNotices() throws Exception {
        try (BrokerUnderTest broker = BrokerUnderTest.named("client-failover").start();
                JMSContext receiving = open(broker, "&jms.clientID=consumer", JMSContext.CLIENT_ACKNOWLEDGE);
                JMSContext sending = open(broker, "", JMSContext.AUTO_ACKNOWLEDGE)) {
            Set<Integer> consumed = new ConcurrentSkipListSet<>();
            Topic topic = receiving.createTopic("failover.orders");
            JMSConsumer consumer = receiving.createDurableConsumer(topic, "orders");
            consumer.setMessageListener(message -> consume(message, consumed));

            AtomicInteger sent = new AtomicInteger();
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                JMSProducer producer = sending.createProducer();
                Topic orders = sending.createTopic("failover.orders");
                for (int i = 0; i < (KILLS + 1) * SENT_PER_LIFE; i++) {
                    producer.send(orders, Integer.toString(i));
                    sent.incrementAndGet();
                }
            });
            for (int kill = 1; kill <= KILLS; kill++) {
                awaitCount(sent, kill * SENT_PER_LIFE);
                broker.kill();
                broker.start();
            }
            sender.get(60, TimeUnit.SECONDS);

            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (consumed.size() < sent.get() && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
            List<Integer> missing = new ArrayList<>();
            for (int i = 0; i < sent.get(); i++) {
                if (!consumed.contains(i)) {
                    missing.add(i);
                }
            }
            assertEquals(List.of(), missing);
            assertNull(reported.poll());
        }
    }

    private static void consume(Message message, Set<Integer> consumed) {
        try {
            consumed.add(Integer.valueOf(message.getBody(String.class)));
            message.acknowledge();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitCount(AtomicInteger count, int wanted) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (count.get() < wanted) {
            assertTrue(System.nanoTime() < deadlineNs, "Expected " + wanted + " sends in time, found " + count);
            Thread.onSpinWait();
        }
    }
}
