// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.Consumer;
import io.postrider.store.shard.SharingKit.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random runs of one queue whose messages are shared by groups, buckets, partitions or one active consumer, with consumers of several priorities that come, go,
 * pause, settle and return, while the broker lets go of its memory and the policy changes. A failure names its seed: {@code -Dsimulation.seed=N}.
 */
class SharingSimulationTest {
    private static final int STEPS = 300;

    @Test
    void keysKeepTheirOrderAndTheirOneConsumer() {
        long only = Long.getLong("simulation.seed", -1);
        long first = Math.max(0, only);
        long count = only >= 0 ? 1 : Long.getLong("simulation.seeds", 150);
        long delivered = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                delivered += new Run(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }

        assertTrue(delivered > 10 * count, "messages were delivered: " + delivered);
    }

    /** What is true of each key: one consumer at a time has messages of it, and each delivery is the oldest that nobody has. */
    private static final class KeyOrder {
        private final Map<String, TreeSet<Integer>> open = new TreeMap<>();
        private final Map<String, Member> holders = new TreeMap<>();
        private final Map<String, TreeSet<Integer>> out = new TreeMap<>();

        void sent(String key, int number) {
            open.computeIfAbsent(key, each -> new TreeSet<>()).add(number);
        }

        void delivered(Member member, String body) {
            String key = keyOf(body);
            if (key.isEmpty()) {
                return;
            }
            int number = numberOf(body);
            TreeSet<Integer> mine = out.computeIfAbsent(key, each -> new TreeSet<>());
            Member holder = holders.get(key);
            assertTrue(mine.isEmpty() || holder == member, "KeyWithOneConsumerAtATime: " + body);
            TreeSet<Integer> waiting = new TreeSet<>(open.get(key));
            waiting.removeAll(mine);
            assertEquals(waiting.first(), number, "PerKeyOrder: " + body + " of " + waiting);
            holders.put(key, member);
            mine.add(number);
        }

        void settled(String body, boolean isDone) {
            String key = keyOf(body);
            if (!key.isEmpty()) {
                out.get(key).remove(numberOf(body));
                if (isDone) {
                    open.get(key).remove(numberOf(body));
                }
            }
        }
    }

    private static String keyOf(String body) {
        return body.substring(0, body.indexOf(':'));
    }

    private static int numberOf(String body) {
        return Integer.parseInt(body.substring(body.indexOf(':') + 1).replace("!", ""));
    }

    private static final class Run {
        private final Random random;
        private final SharingKit kit;
        private final KeyOrder order = new KeyOrder();
        private final List<Member> members = new ArrayList<>();
        private final TreeSet<String> done = new TreeSet<>();
        private final boolean isExclusive;
        private final boolean isPolicyFixed;
        private int sent;
        private long delivered;

        Run(long seed) {
            random = new Random(seed);
            kit = new SharingKit(
                    random.nextInt(3) == 0
                            ? new BrokerSettings(1 + random.nextInt(64), 256L << 20, 64L << 20, 64L << 20)
                            : BrokerSettings.DEFAULT);
            isExclusive = random.nextInt(5) == 0;
            isPolicyFixed = random.nextBoolean();
            policy();
        }

        private void policy() {
            String exclusive = Boolean.toString(isExclusive);
            switch (random.nextInt(3)) {
                case 0 -> kit.policy("consumers.exclusive", exclusive);
                case 1 ->
                    kit.policy(
                            "groups.buckets",
                            Integer.toString(1 + random.nextInt(8)),
                            "consumers.exclusive",
                            exclusive);
                default ->
                    kit.policy("partitions", Integer.toString(1 + random.nextInt(8)), "consumers.exclusive", exclusive);
            }
        }

        long run() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            finish();
            return delivered;
        }

        private void step() {
            switch (random.nextInt(22)) {
                case 0, 1, 2 -> send(1 + random.nextInt(5));
                case 3 -> {
                    if (members.size() < 5) {
                        join();
                    }
                }
                case 4, 5, 6 -> with(member -> member.consumer.credit(member.bodies.size() + random.nextInt(8), false));
                case 7, 8, 9, 10, 11, 12 -> with(this::settleOne);
                case 13, 14 -> kit.proceed(1 + random.nextInt(4));
                case 15 -> kit.commit(1 + random.nextInt(3));
                case 16, 17 -> kit.settleDown();
                case 18 -> {
                    if (random.nextInt(3) == 0) {
                        with(this::leave);
                    }
                }
                case 19 -> kit.broker().effects().unloadAll();
                case 20 -> {
                    if (random.nextInt(4) == 0) {
                        kit.pause(random.nextBoolean());
                    }
                }
                default -> {
                    if (!isPolicyFixed && random.nextInt(5) == 0) {
                        policy();
                    }
                }
            }
        }

        private void send(int count) {
            for (int i = 0; i < count; i++) {
                int number = sent++;
                String key = random.nextInt(5) == 0 ? "" : "k" + random.nextInt(6);
                if (!key.isEmpty()) {
                    order.sent(key, number);
                }
                kit.send(key + ":" + number + (random.nextInt(30) == 0 ? "!" : ""));
            }
        }

        private void join() {
            Member member = kit.join(random.nextInt(3), 0);
            member.watch = this::delivered;
            members.add(member);
        }

        private void delivered(Member member, String body) {
            delivered++;
            order.delivered(member, body);
            assertTrue(!done.contains(body), "DoneStaysDone: " + body);
            if (isExclusive) {
                for (Member other : members) {
                    assertTrue(other == member || other.held.isEmpty(), "OneActiveConsumer: " + body);
                }
            }
        }

        private void with(java.util.function.Consumer<Member> action) {
            if (!members.isEmpty()) {
                action.accept(members.get(random.nextInt(members.size())));
            }
        }

        private void settleOne(Member member) {
            kit.loop.runAll(); // so that the broker knows next what is said now
            if (member.held.isEmpty()) {
                return;
            }
            List<String> held = new ArrayList<>(member.held.values());
            String body = held.get(random.nextInt(held.size()));
            boolean isDone = random.nextInt(4) > 0;
            end(body, isDone);
            member.settle(body, isDone ? Outcome.ACCEPTED : random.nextBoolean() ? Outcome.FAILED : Outcome.RELEASED);
            kit.proceed(1);
        }

        private void end(String body, boolean isDone) {
            order.settled(body, isDone);
            if (isDone) {
                done.add(body);
            }
        }

        private void leave(Member member) {
            kit.loop.runAll();
            members.remove(member);
            member.held.values().forEach(body -> end(body, false));
            member.held.clear();
            member.consumer.close(random.nextBoolean() ? Consumer.Close.ORDERLY : Consumer.Close.LOST);
            kit.proceed(1);
        }

        /** With consumers that settle everything, everything is delivered. */
        private void finish() {
            kit.settleDown();
            kit.pause(false);
            join();
            for (int round = 0; done.size() < sent; round++) {
                assertTrue(
                        round < 2000,
                        "NothingIsStuck: " + done.size() + " of " + sent + " are done; " + kit.consumers()
                                + kit.partitions());
                for (Member member : List.copyOf(members)) {
                    member.consumer.credit(member.bodies.size() + 20, false);
                }
                kit.settleDown();
                for (Member member : List.copyOf(members)) {
                    for (String body : List.copyOf(member.held.values())) {
                        end(body, true);
                        member.settle(body, Outcome.ACCEPTED);
                    }
                }
                kit.settleDown();
            }
            assertEquals(0, kit.depth(), "CountsAddUp");
        }
    }
}
