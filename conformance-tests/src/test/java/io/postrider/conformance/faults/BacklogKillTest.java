// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Checker;
import io.postrider.jms.PostriderConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand messages in twenty queues and a heap of 128 MiB: the broker is killed while the last ones arrive and again
 * while they are drained, and every one is accounted for.
 */
class BacklogKillTest {
    private static final int MESSAGES = Integer.getInteger("backlog.messages", 100_000);
    private static final String JAVA = System.getProperty("backlog.java", "-Xmx128m");
    private static final int PRODUCERS = 4;
    private static final List<String> QUEUES =
            IntStream.range(0, 20).mapToObj(i -> "backlog." + i).toList();
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Test
    void smallMessages() throws InterruptedException {
        run(0);
    }

    @Test
    @Tag("flat-memory")
    void messagesThatDoNotFitTheHeap() throws InterruptedException {
        run(2048);
    }

    private static void run(int fillerBytes) throws InterruptedException {
        Checker checker = new Checker();
        QUEUES.forEach(queue -> checker.reader(queue, queue));
        List<JmsConsumerWorker> consumers = new ArrayList<>();
        try (BrokerUnderTest broker = BrokerUnderTest.named("backlog").withJava(JAVA)) {
            broker.start();
            produceUntilKilled(broker, checker, fillerBytes);
            restart(broker, checker);
            JmsWorker.Server server = server(broker);
            QUEUES.forEach(queue -> consumers.add(new JmsConsumerWorker(queue, server, checker, queue, true, 1)));
            consumers.forEach(JmsWorker::start);
            long all = checker.confirmedCount();
            explain(broker, checker, "half of the messages", () -> checker.outstanding() < all / 2);
            broker.kill();
            restart(broker, checker);
            explain(broker, checker, "all messages", () -> checker.outstanding() == 0);
            for (JmsConsumerWorker consumer : consumers) {
                consumer.awaitSilence();
                consumer.stop();
            }
            Checker.Verdict verdict = checker.verdict();
            System.out.println("backlog: " + verdict.summary());
            verdict.assertClean();
        } finally {
            consumers.forEach(JmsWorker::abandon);
        }
    }

    private static void produceUntilKilled(BrokerUnderTest broker, Checker checker, int fillerBytes)
            throws InterruptedException {
        List<BurstProducer> producers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        int share = QUEUES.size() / PRODUCERS;
        for (int i = 0; i < PRODUCERS; i++) {
            BurstProducer producer = new BurstProducer(
                    "producer-" + i,
                    server(broker).factory(),
                    checker,
                    QUEUES.subList(i * share, (i + 1) * share),
                    fillerBytes);
            producers.add(producer);
            Thread thread = new Thread(producer, "producer-" + i);
            threads.add(thread);
            thread.start();
        }
        try {
            explain(broker, checker, MESSAGES + " confirmed messages", () -> checker.confirmedCount() >= MESSAGES);
        } finally {
            broker.kill();
            producers.forEach(BurstProducer::stop);
        }
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        assertTrue(threads.stream().noneMatch(Thread::isAlive), "the producers notice that the broker is gone");
    }

    private static void restart(BrokerUnderTest broker, Checker checker) {
        long startNs = System.nanoTime();
        broker.start();
        System.out.printf(
                "backlog: ready after %d ms with %d confirmed messages%n",
                (System.nanoTime() - startNs) / 1_000_000, checker.confirmedCount());
    }

    private static JmsWorker.Server server(BrokerUnderTest broker) {
        return new JmsWorker.Server(
                broker, new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()));
    }

    private static void explain(BrokerUnderTest broker, Checker checker, String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(500)).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Expected " + what + ", found " + checker.verdict().summary() + ", broker "
                            + (broker.isAlive() ? "alive" : "dead") + "; its log:\n" + broker.readLog(),
                    e);
        }
    }
}
