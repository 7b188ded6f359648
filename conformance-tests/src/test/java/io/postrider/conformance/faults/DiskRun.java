// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.awaitility.Awaitility.await;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.SmallDisk;
import io.postrider.jms.PostriderConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A broker on a small disk, two queues, a producer that never gives up and consumers when they are wanted; every message is
 * accounted for.
 */
final class DiskRun implements AutoCloseable {
    private static final List<String> QUEUES = List.of("disk.a", "disk.b");
    private static final int FILLER_BYTES = 32 * 1024;
    private static final int SILENCE_SECONDS = Integer.getInteger("disk.silence-seconds", 4);
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final SmallDisk disk;
    private final BrokerUnderTest broker;
    private final Checker checker = new Checker();
    private final List<JmsWorker> producers = new ArrayList<>();
    private final List<JmsWorker> consumers = new ArrayList<>();
    private int workers;

    /** @param ballastBytes room that is given back later */
    DiskRun(long diskBytes, int ballastBytes) {
        disk = SmallDisk.mounted("full", diskBytes);
        if (ballastBytes > 0) {
            disk.putBallast(ballastBytes);
        }
        broker = BrokerUnderTest.named("disk")
                .withData(disk.directory().resolve("data"))
                .with("journal.segment-bytes", "4MiB")
                .with("disk.min-free-bytes", "16MiB")
                .with("checkpoint.trigger-bytes", "16MiB");
        QUEUES.forEach(queue -> checker.reader(queue, queue));
    }

    SmallDisk disk() {
        return disk;
    }

    BrokerUnderTest broker() {
        return broker;
    }

    Checker checker() {
        return checker;
    }

    void startProducer() throws InterruptedException {
        start(producers, new JmsProducerWorker("producer-" + workers++, server(), checker, QUEUES, FILLER_BYTES));
    }

    void startConsumers() throws InterruptedException {
        for (String queue : QUEUES) {
            start(consumers, new JmsConsumerWorker(queue, server(), checker, queue, true, 1));
        }
    }

    private static void start(List<JmsWorker> workers, JmsWorker worker) throws InterruptedException {
        workers.add(worker);
        worker.start();
        worker.awaitReady();
    }

    private JmsWorker.Server server() {
        return new JmsWorker.Server(
                broker, new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()));
    }

    void awaitConfirmed(int more) {
        int before = checker.confirmedCount();
        explain("confirmed sends", () -> checker.confirmedCount() >= before + more);
    }

    /** Waits until nothing was confirmed for a while. */
    void awaitNothingConfirmed() {
        long[] last = {-1, System.nanoTime()};
        explain("the disk to be full", () -> {
            int now = checker.confirmedCount();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > TimeUnit.SECONDS.toNanos(SILENCE_SECONDS);
        });
    }

    /** Ends the broker as {@code kill -9} does, and the producers with it: what they had under way stays in doubt. */
    void killAll() {
        producers.forEach(JmsWorker::abandon);
        producers.clear();
        broker.kill();
    }

    void stopProducers() throws InterruptedException {
        for (JmsWorker producer : producers) {
            producer.stop();
        }
        producers.clear();
    }

    /** Waits until everything confirmed was consumed, and asks the checker. */
    void settleAccounts() throws InterruptedException {
        explain("every confirmed message to be consumed", () -> checker.outstanding() == 0);
        for (JmsWorker consumer : consumers) {
            consumer.stop();
        }
        Checker.Verdict verdict = checker.verdict();
        System.out.println("disk: " + verdict.summary());
        verdict.assertClean();
    }

    private void explain(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(LIMIT).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Expected " + what + ", found " + checker.verdict().summary() + ", " + disk.freeBytes()
                            + " bytes free, broker " + (broker.isAlive() ? "alive" : "dead") + "; its log:\n"
                            + broker.readLog(),
                    e);
        }
    }

    @Override
    public void close() {
        for (List<JmsWorker> workers : List.of(producers, consumers)) {
            workers.forEach(JmsWorker::abandon);
        }
        broker.kill();
        disk.close();
    }
}
