// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.awaitility.Awaitility.await;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Checker;
import io.postrider.jms.PostriderConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One run: three kinds of producers send to three queues and a topic, three kinds of consumers read them, and the broker is
 * killed again and again at random moments. Then everything comes to rest, the broker is killed a last time, and an auditor
 * looks for what came back.
 */
final class CrashRun implements AutoCloseable {
    private static final List<String> DESTINATIONS = List.of("crash.a", "crash.b", "crash.c", "topic.crash");
    private static final int UP_MS_MIN = 200;
    private static final int UP_MS_SPREAD = 2_500;
    private static final Duration REST_LIMIT = Duration.ofSeconds(90);

    private final Random random;
    private final BrokerUnderTest broker = BrokerUnderTest.named("crash");
    private final Checker checker = new Checker();
    private final List<Worker> producers = new ArrayList<>();
    private final List<Worker> consumers = new ArrayList<>();

    CrashRun(long seed) {
        random = new Random(seed);
    }

    Checker.Verdict run(int kills) throws InterruptedException {
        broker.start();
        startConsumers();
        startProducers();
        for (int i = 0; i < kills; i++) {
            int confirmedBefore = checker.confirmedCount();
            awaitOrExplain("confirmed sends after kill " + i, () -> checker.confirmedCount() > confirmedBefore);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(UP_MS_MIN + random.nextInt(UP_MS_SPREAD)));
            broker.kill();
            long killed = System.nanoTime();
            broker.start();
            System.out.printf(
                    "crash: kill %d with %d confirmed, ready again after %d ms%n",
                    i + 1, checker.confirmedCount(), (System.nanoTime() - killed) / 1_000_000);
        }
        for (Worker producer : producers) {
            producer.stop();
        }
        awaitOrExplain("every confirmed message to be consumed", () -> checker.outstanding() == 0);
        for (Worker consumer : consumers) {
            consumer.stop();
        }
        broker.kill();
        broker.start();
        audit();
        return checker.verdict();
    }

    private void awaitOrExplain(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(REST_LIMIT).until(condition);
        } catch (ConditionTimeoutException e) {
            Checker.Verdict verdict = checker.verdict();
            throw new AssertionError(
                    "Expected " + what + ", found " + verdict.summary() + "\n  "
                            + String.join("\n  ", verdict.violations()),
                    e);
        }
    }

    private void startConsumers() throws InterruptedException {
        read("ours-a", "crash.a", true);
        read("qpid-b", "crash.b", false);
        readWithPython("python-c", "crash.c");
        read("ours-topic", "topic.crash", true);
        read("qpid-topic", "topic.crash", false);
        readWithPython("python-topic", "topic.crash");
        for (Worker consumer : consumers) {
            consumer.awaitReady();
        }
    }

    private void read(String reader, String destination, boolean isOurs) {
        checker.reader(reader, destination);
        JmsConsumerWorker worker =
                new JmsConsumerWorker(reader, server(isOurs), checker, destination, isOurs, random.nextLong());
        consumers.add(worker);
        worker.start();
    }

    private void readWithPython(String reader, String destination) {
        checker.reader(reader, destination);
        consumers.add(PythonWorker.consuming(reader, broker, checker, destination));
    }

    private void startProducers() throws InterruptedException {
        for (boolean isOurs : new boolean[] {true, false}) {
            JmsProducerWorker worker =
                    new JmsProducerWorker(isOurs ? "ours" : "qpid", server(isOurs), checker, DESTINATIONS);
            producers.add(worker);
            worker.start();
        }
        producers.add(PythonWorker.producing("python", broker, checker, DESTINATIONS));
        for (Worker producer : producers) {
            producer.awaitReady();
        }
    }

    /** After the last restart only plainly acknowledged messages may be there; what comes is told to the checker. */
    private void audit() throws InterruptedException {
        List<JmsConsumerWorker> auditors = new ArrayList<>();
        checker.readers().forEach((reader, destination) -> {
            JmsConsumerWorker auditor =
                    new JmsConsumerWorker(reader, server(false), checker, destination, false, random.nextLong());
            auditors.add(auditor);
            auditor.start();
        });
        for (JmsConsumerWorker auditor : auditors) {
            auditor.awaitReady();
        }
        for (JmsConsumerWorker auditor : auditors) {
            auditor.awaitSilence();
            auditor.stop();
        }
    }

    private JmsWorker.Server server(boolean isOurs) {
        String uri = "amqp://" + broker.host() + ":" + broker.amqpPort();
        return new JmsWorker.Server(
                broker, isOurs ? new PostriderConnectionFactory(uri) : new JmsConnectionFactory(uri));
    }

    @Override
    public void close() {
        for (List<Worker> workers : List.of(producers, consumers)) {
            for (Worker worker : workers) {
                if (worker instanceof PythonWorker python) {
                    python.close();
                }
            }
        }
        broker.close();
    }
}
