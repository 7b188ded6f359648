// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.MemoryCheckpoints;
import io.postrider.store.kit.MemoryLog;
import io.postrider.store.kit.TestPolicies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Messages are moved from queue to queue, round and round, in transactions that are committed, rolled back, left to time out and cut off by
 * crashes, while consumers come and go. In the end each of them must be there exactly once, and nothing unsettled. {@code
 * -Dsimulation.seed=N} repeats one run.
 */
class TransactionSimulationTest {
    private static final int STEPS = 300;
    private static final int MESSAGES = 12;

    @Test
    void transactionsAreWholeOrNothing() {
        long only = Long.getLong("simulation.seed", -1);
        long first = Math.max(0, only);
        long count = only >= 0 ? 1 : Long.getLong("simulation.seeds", 500);
        int committed = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                committed += new Run(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }

        assertTrue(committed > 0, "at least one commit");
    }

    private static final class Run {
        private final Random random;
        private final BrokerSettings settings;
        private final MemoryLog log = new MemoryLog();
        private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
        private final List<Receiver> receivers = new ArrayList<>();
        private final List<Transaction> open = new ArrayList<>();
        private final Map<String, Producer> producers = new TreeMap<>();
        private ManualLoop loop = new ManualLoop(1_000_000);
        private LocalBroker broker;
        private int life;
        private int committed;

        Run(long seed) {
            random = new Random(seed);
            // Every other run has hardly any memory: what is out must be read again to be a part of anything.
            settings = (random.nextBoolean()
                            ? BrokerSettings.DEFAULT
                            : new BrokerSettings(1 + random.nextInt(2000), 256L << 20, 64L << 20, 64L << 20))
                    .withTransactions(1 << 20, 1000);
        }

        int run() {
            start();
            for (int i = 0; i < MESSAGES; i++) {
                producers.get("q0").publish(aMessage().withBody("m" + i).build(), Producer.NO_REPLY);
                settleDown();
            }
            for (int i = 0; i < STEPS; i++) {
                step();
                assertTrue(broker.failure() == null, () -> "the shard failed: " + broker.failure());
            }
            finish();
            return committed;
        }

        private void start() {
            loop.setInline(true);
            broker = LocalBroker.open(
                    new LocalBroker.Parts(
                            loop,
                            log,
                            checkpoints,
                            BrokerThreads.none(),
                            new DiskSpace(new FaultyFiles(), Path.of("store"), 0),
                            message -> identifier -> null,
                            Projection.NONE,
                            loop::nowMs),
                    settings,
                    TestPolicies.everywhere(TestPolicies.values(0, "", "", 0)));
            loop.setInline(false);
            for (String queue : List.of("q0", "q1", "q2")) {
                broker.openProducer(
                        new ProducerRequest(AddressKey.of(queue), AddressKind.QUEUE, "c", "container", "user"),
                        new Quiet(),
                        expect(opened -> producers.put(queue, opened)));
            }
            settleDown();
        }

        private void settleDown() {
            loop.runAll();
            while (log.pending() > 0) {
                log.commit(log.pending());
                loop.runAll();
            }
        }

        private <T> Reply<T> expect(java.util.function.Consumer<T> then) {
            int bornIn = life;
            return new Reply<>() {
                @Override
                public void ok(T value) {
                    assertEquals(bornIn, life, "no reply from an earlier life");
                    then.accept(value);
                }

                @Override
                public void rejected(Rejection rejection) {
                    throw new AssertionError("Unexpected refusal: " + rejection);
                }
            };
        }

        private void step() {
            switch (random.nextInt(16)) {
                case 0, 1 -> {
                    if (open.size() < 3) {
                        broker.begin("c", expect(open::add));
                    }
                }
                case 2, 3, 4, 5, 6 -> moveOne();
                case 7, 8 -> endOne();
                case 9 -> open("q" + random.nextInt(3));
                case 10 -> {
                    if (!receivers.isEmpty() && random.nextInt(3) == 0) {
                        Receiver gone = receivers.remove(random.nextInt(receivers.size()));
                        gone.consumer.close(random.nextBoolean() ? Consumer.Close.ORDERLY : Consumer.Close.LOST);
                    }
                }
                case 11 -> log.commit(1 + random.nextInt(2));
                case 12 -> loop.runOne();
                case 13 -> settleDown();
                case 14 -> {
                    loop.advance(random.nextInt(10) == 0 ? 1100 : random.nextInt(50));
                    settleDown();
                }
                default -> {
                    if (random.nextInt(6) == 0) {
                        crash();
                    } else if (random.nextInt(4) == 0) {
                        log.setCheckpointDue(true);
                        settleDown();
                    }
                }
            }
        }

        private void crash() {
            life++;
            log.crash(random.nextInt(log.pending() + 1));
            loop = new ManualLoop(loop.nowMs());
            receivers.clear();
            open.clear();
            producers.clear();
            start();
        }

        private void open(String queue) {
            Receiver receiver = new Receiver();
            broker.openConsumer(
                    new ConsumerRequest(
                            AddressKey.of(queue),
                            null,
                            SubscriptionRequest.VOLATILE,
                            null,
                            false,
                            Mode.ACKNOWLEDGE,
                            random.nextBoolean() ? Outcome.FAILED : Outcome.RELEASED,
                            "c",
                            "container",
                            "user"),
                    receiver,
                    expect(opened -> {
                        receiver.consumer = opened;
                        receivers.add(receiver);
                        opened.credit(1000, false);
                    }));
        }

        /** Takes one message and sends it on, in one transaction. */
        private void moveOne() {
            if (open.isEmpty() || receivers.isEmpty()) {
                return;
            }
            Receiver receiver = receivers.get(random.nextInt(receivers.size()));
            if (receiver.held.isEmpty()) {
                return;
            }
            Transaction transaction = open.get(random.nextInt(open.size()));
            List<Long> ids = new ArrayList<>(receiver.held.keySet());
            long id = ids.get(random.nextInt(ids.size()));
            String body = receiver.held.remove(id);
            int pick = random.nextInt(8);
            if (pick > 1) {
                transaction.settle(receiver.consumer, id, Outcome.ACCEPTED, false);
                transaction.publish(
                        producers.get("q" + random.nextInt(3)),
                        aMessage().withBody(body).build(),
                        1);
            } else {
                transaction.settle(receiver.consumer, id, pick == 0 ? Outcome.RELEASED : Outcome.FAILED, false);
            }
        }

        private void endOne() {
            if (open.isEmpty()) {
                return;
            }
            Transaction transaction = open.remove(random.nextInt(open.size()));
            int bornIn = life;
            Reply<Transaction.End> answer = new Reply<>() {
                @Override
                public void ok(Transaction.End end) {
                    assertEquals(bornIn, life, "no reply from an earlier life");
                    committed += end == Transaction.End.COMMITTED ? 1 : 0;
                }

                @Override
                public void rejected(Rejection rejection) {
                    assertTrue(rejection.code().name().startsWith("TRANSACTION_"), rejection::toString);
                }
            };
            if (random.nextInt(3) == 0) {
                transaction.rollback(answer);
            } else {
                transaction.commit(answer);
            }
        }

        private void finish() {
            settleDown();
            if (random.nextBoolean()) {
                crash();
            }
            broker.connectionClosed("c");
            receivers.forEach(receiver -> receiver.consumer.close(Consumer.Close.ORDERLY));
            receivers.clear();
            settleDown();
            assertEquals(0, broker.openTransactions());
            assertEquals(0, broker.budget().transactionBytes());
            for (int i = 0; i < 3; i++) {
                open("q" + i);
            }
            settleDown();
            Map<String, Integer> counts = new HashMap<>();
            for (Receiver receiver : receivers) {
                receiver.held.values().forEach(body -> counts.merge(body, 1, Integer::sum));
            }
            assertEquals(MESSAGES, counts.size(), counts::toString);
            assertEquals(1, Collections.max(counts.values()), counts::toString);
        }

        private final class Receiver implements DeliverySink {
            final Map<Long, String> held = new TreeMap<>();
            private final int bornIn = life;
            Consumer consumer;

            @Override
            public void deliver(long deliveryId, Message message, int deliveryCount) {
                assertEquals(bornIn, life, "nothing for the dead");
                held.put(deliveryId, new String(message.encoded(), StandardCharsets.UTF_8));
            }

            @Override
            public void drained() {}

            @Override
            public void settled(long deliveryId) {
                throw new AssertionError("Nobody asked for a confirmation");
            }

            @Override
            public void closed(Rejection reason) {
                throw new AssertionError("Unexpected end of a consumer: " + reason);
            }
        }
    }

    private static final class Quiet implements ProducerListener {
        @Override
        public void published(long token, Rejection rejection) {}

        @Override
        public void blocked(Rejection reason) {}

        @Override
        public void unblocked() {}

        @Override
        public void closed(Rejection reason) {}
    }
}
