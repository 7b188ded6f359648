// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.StoreDamage;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One file of a store is damaged while nobody looks: bits flipped, a part zeroed, its end cut off, the file gone. The broker then
 * has every confirmed message, or does not start and says which file is to blame. It never starts without some of them.
 *
 * <p>The seed decides file, kind and place; {@code -Ddamage.seed=N} repeats one, {@code -Ddamage.seeds=N} asks for more.
 */
class DamageTest {
    private static final List<String> QUEUES = List.of("damage.a", "damage.b", "damage.c");
    private static final int MESSAGES = 900;
    private static final int CONSUMED = 300;
    private static final int FILLER_BYTES = 8 * 1024;
    private static final long SILENCE_MS = 5_000;
    private static final long SURPLUS_MS = 100;

    @TempDir
    static Path pristine;

    private static TreeSet<String> confirmed;

    static LongStream seeds() {
        Long one = Long.getLong("damage.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Integer.getInteger("damage.seeds", 12));
    }

    /** A store with a checkpoint, some messages done and the rest not, as a kill leaves it. */
    @BeforeAll
    static void makeStore() throws IOException {
        try (BrokerUnderTest broker = broker(pristine.resolve("data")).start()) {
            confirmed = new TreeSet<>();
            try (JMSContext context = connect(broker)) {
                JMSProducer producer = context.createProducer().setProperty("filler", "f".repeat(FILLER_BYTES));
                for (int i = 0; i < MESSAGES; i++) {
                    String queue = QUEUES.get(i % QUEUES.size());
                    String text = queue + "/" + i;
                    producer.send(context.createQueue(queue), text);
                    confirmed.add(text);
                }
            }
            try (JMSContext context = connect(broker, JMSContext.CLIENT_ACKNOWLEDGE);
                    JMSConsumer consumer = context.createConsumer(context.createQueue(QUEUES.get(0)))) {
                for (int i = 0; i < CONSUMED; i++) {
                    confirmed.remove(consumer.receiveBody(String.class, 10_000));
                }
                context.acknowledge();
            }
            assertEquals(MESSAGES - CONSUMED, confirmed.size());
            broker.kill();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everythingIsThereOrTheFileIsNamed(long seed, @TempDir Path copy) throws IOException {
        Path data = copy.resolve("data");
        StoreDamage.copy(pristine.resolve("data"), data);
        StoreDamage damage = StoreDamage.random(data, seed);
        System.out.println("damage: seed=" + seed + " " + damage);

        try (BrokerUnderTest broker = broker(data)) {
            Optional<BrokerUnderTest.Refusal> refusal = broker.tryStart();

            if (refusal.isPresent()) {
                String log = refusal.get().log();
                System.out.println("damage: seed=" + seed + " refused: " + reason(log));
                assertNotEquals(0, refusal.get().exitCode());
                assertTrue(names(log, damage), () -> "Expected the log to name " + damage + ", found:\n" + log);
            } else {
                drainOrStop(broker, seed, damage);
            }
        }
    }

    /**
     * A start reads no messages, so damage to one shows when it is to be delivered: then its queue stands still there, the others are
     * drained, and the log says where.
     */
    private static void drainOrStop(BrokerUnderTest broker, long seed, StoreDamage damage) {
        TreeSet<String> received;
        try {
            received = drain(broker);
        } catch (JMSRuntimeException e) {
            throw new AssertionError(
                    "Expected a broker that serves on, but the consumers saw " + e + " after " + damage + "; the log:\n"
                            + broker.readLog(),
                    e);
        }
        String log = broker.readLog();
        if (received.equals(confirmed)) {
            System.out.println("damage: seed=" + seed + " everything is there");
            return;
        }
        System.out.println("damage: seed=" + seed + " found when it came to it");
        assertTrue(
                log.contains("PR-STO-020") && names(log, damage),
                () -> "Expected the log to name " + damage + ", found:\n" + log);
        assertTrue(confirmed.containsAll(received), () -> "after " + damage);
        List<String> whole =
                QUEUES.stream().filter(queue -> has(received, queue)).toList();
        assertTrue(
                whole.size() >= QUEUES.size() - 1, () -> "only one queue is held up by " + damage + ", not " + whole);
    }

    private static boolean has(TreeSet<String> received, String queue) {
        return confirmed.stream().filter(text -> text.startsWith(queue + "/")).allMatch(received::contains);
    }

    /** A file that is gone is noticed at its neighbour, which is then the file the message names. */
    private static boolean names(String log, StoreDamage damage) {
        return log.contains(damage.file().getFileName().toString())
                || damage.kind() == StoreDamage.Kind.REMOVED
                        && log.contains("[file=" + damage.file().getParent());
    }

    private static TreeSet<String> drain(BrokerUnderTest broker) {
        TreeSet<String> received = new TreeSet<>();
        try (JMSContext context = connect(broker)) {
            for (String queue : QUEUES) {
                try (JMSConsumer consumer = context.createConsumer(context.createQueue(queue))) {
                    long wanted = confirmed.stream()
                            .filter(text -> text.startsWith(queue + "/"))
                            .count();
                    for (long count = 1; ; count++) {
                        String text = consumer.receiveBody(String.class, count > wanted ? SURPLUS_MS : SILENCE_MS);
                        if (text == null) {
                            break;
                        }
                        received.add(text);
                    }
                }
            }
        }
        return received;
    }

    private static String reason(String log) {
        return log.lines()
                .filter(line -> line.startsWith("postrider:"))
                .findFirst()
                .orElse(log);
    }

    private static BrokerUnderTest broker(Path data) {
        return BrokerUnderTest.named("damage")
                .withData(data)
                .with("journal.segment-bytes", "1MiB")
                .with("checkpoint.trigger-bytes", "3MiB");
    }

    private static JMSContext connect(BrokerUnderTest broker) {
        return connect(broker, JMSContext.AUTO_ACKNOWLEDGE);
    }

    private static JMSContext connect(BrokerUnderTest broker, int mode) {
        return new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()).createContext(mode);
    }
}
