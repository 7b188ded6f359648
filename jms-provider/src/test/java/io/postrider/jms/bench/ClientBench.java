// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Measures a JMS client against a running broker: synchronous sends, asynchronous sends, listener and receive, with 1 KiB
 * messages. Prints messages per second, latency, and the client process's CPU and allocation per message.
 *
 * <p>Run with the test class path: {@code ClientBench URI [rounds] [factory class with a (String) constructor]}.
 */
public final class ClientBench {
    private static final int BODY_BYTES = 1024;
    private static final int IN_FLIGHT = 500;
    private static final int SYNC_MESSAGES = 5_000;
    private static final int STREAM_MESSAGES = 50_000;

    private final Connection connection;
    private final byte[] body = new byte[BODY_BYTES];

    private ClientBench(ConnectionFactory factory) throws JMSException {
        connection = factory.createConnection();
        connection.start();
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        ConnectionFactory factory = arguments.length > 2
                ? (ConnectionFactory)
                        Class.forName(arguments[2]).getConstructor(String.class).newInstance(arguments[0])
                : new PostriderConnectionFactory(arguments[0]);
        ClientBench bench = new ClientBench(factory);
        for (int round = 1; round <= rounds; round++) {
            System.out.println("round " + round);
            bench.syncSend();
            bench.asyncSend(DeliveryMode.PERSISTENT);
            bench.asyncSend(DeliveryMode.NON_PERSISTENT);
            bench.listen(Session.AUTO_ACKNOWLEDGE);
            bench.listen(Session.DUPS_OK_ACKNOWLEDGE);
            bench.receive();
        }
        bench.connection.close();
    }

    private BytesMessage message(Session session) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        return message;
    }

    private static Queue queue(Session session) throws JMSException {
        return session.createQueue("bench-" + UUID.randomUUID());
    }

    private void syncSend() throws JMSException {
        try (Session session = connection.createSession()) {
            MessageProducer producer = session.createProducer(queue(session));
            long[] latencies = new long[SYNC_MESSAGES];
            Usage usage = new Usage();
            for (int i = 0; i < SYNC_MESSAGES; i++) {
                long start = System.nanoTime();
                producer.send(message(session));
                latencies[i] = System.nanoTime() - start;
            }
            Arrays.sort(latencies);
            usage.print(
                    "sync durable send",
                    SYNC_MESSAGES,
                    String.format(
                            "p50 %d us, p99 %d us",
                            latencies[SYNC_MESSAGES / 2] / 1000, latencies[SYNC_MESSAGES / 100 * 99] / 1000));
        }
    }

    private void asyncSend(int mode) throws JMSException, InterruptedException {
        try (Session session = connection.createSession()) {
            Queue queue = queue(session);
            MessageProducer producer = session.createProducer(queue);
            producer.setDeliveryMode(mode);
            Semaphore window = new Semaphore(IN_FLIGHT);
            CompletionListener listener = new CompletionListener() {
                @Override
                public void onCompletion(Message message) {
                    window.release();
                }

                @Override
                public void onException(Message message, Exception e) {
                    throw new IllegalStateException(e);
                }
            };
            Usage usage = new Usage();
            for (int i = 0; i < STREAM_MESSAGES; i++) {
                window.acquire();
                producer.send(message(session), listener);
            }
            window.acquire(IN_FLIGHT);
            usage.print(mode == DeliveryMode.PERSISTENT ? "async durable send" : "async send", STREAM_MESSAGES, "");
        }
    }

    private void fill(Session session, Queue queue) throws JMSException {
        MessageProducer producer = session.createProducer(queue);
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        for (int i = 0; i < STREAM_MESSAGES; i++) {
            producer.send(message(session));
        }
        producer.close();
    }

    private void listen(int mode) throws JMSException, InterruptedException {
        try (Session session = connection.createSession(mode)) {
            Queue queue = queue(session);
            fill(session, queue);
            CountDownLatch all = new CountDownLatch(STREAM_MESSAGES);
            MessageConsumer consumer = session.createConsumer(queue);
            Usage usage = new Usage();
            consumer.setMessageListener(message -> all.countDown());
            all.await();
            usage.print(mode == Session.AUTO_ACKNOWLEDGE ? "listener AUTO" : "listener DUPS_OK", STREAM_MESSAGES, "");
        }
    }

    private void receive() throws JMSException {
        try (Session session = connection.createSession()) {
            Queue queue = queue(session);
            fill(session, queue);
            MessageConsumer consumer = session.createConsumer(queue);
            Usage usage = new Usage();
            for (int i = 0; i < STREAM_MESSAGES; i++) {
                consumer.receive();
            }
            usage.print("receive AUTO", STREAM_MESSAGES, "");
        }
    }

    /** Time, CPU and allocation of this process since it was made. */
    private static final class Usage {
        private static final OperatingSystemMXBean SYSTEM =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final long startNs = System.nanoTime();
        private final long cpuNs = SYSTEM.getProcessCpuTime();
        private final long bytes = allocated();

        /** Threads that ended meanwhile are left out; the clients' threads live on. */
        private static long allocated() {
            return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                    .filter(count -> count > 0)
                    .sum();
        }

        void print(String what, int messages, String more) {
            double seconds = (System.nanoTime() - startNs) / 1e9;
            System.out.printf(
                    "  %-20s %9.0f msg/s  cpu %6.2f us/msg  alloc %6d B/msg  %s%n",
                    what,
                    messages / seconds,
                    (SYSTEM.getProcessCpuTime() - cpuNs) / 1000.0 / messages,
                    (allocated() - bytes) / messages,
                    more);
        }
    }
}
