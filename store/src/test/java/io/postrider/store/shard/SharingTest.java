// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Annotations;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.PartitionInfo;
import io.postrider.store.shard.SharingKit.Member;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who gets which message: pause, priorities, one active consumer, groups, partitions, leases. Step by step on a log in memory. */
final class SharingTest {
    private final SharingKit kit = new SharingKit(BrokerSettings.DEFAULT);

    @Nested
    final class Pausing {
        @Test
        void aPausedQueueTakesMessagesAndHandsOutNoneOverARestart() {
            Member member = kit.join(0, 10);
            kit.pause(true);
            kit.send(":1");
            kit.settleDown();
            kit.restart();
            Member next = kit.join(0, 10);
            kit.settleDown();

            assertEquals(List.of(), member.bodies);
            assertEquals(List.of(), next.bodies);
            assertEquals(1, kit.depth());
            kit.pause(false);
            assertEquals(List.of(":1"), next.bodies);
        }

        @Test
        void aPausedConsumerHasNothingWhileOthersGoOn() {
            Member first = kit.join(0, 10);
            Member second = kit.join(0, 10);
            long id = kit.consumers().get(0).id();
            kit.broker().admin().consumers().pauseConsumer(id, true, SharingKit.ok(done -> {}));
            kit.send(":1", ":2");
            kit.settleDown();

            assertEquals(List.of(), first.bodies);
            assertEquals(List.of(":1", ":2"), second.bodies);
            assertTrue(kit.consumers().get(0).isPaused());
            kit.broker().admin().consumers().pauseConsumer(id, false, SharingKit.ok(done -> {}));
            second.consumer.close(Consumer.Close.ORDERLY);
            kit.settleDown();
            assertEquals(List.of(":1", ":2"), first.bodies);
        }

        @Test
        void aDrainOfAPausedQueueIsAnswered() {
            Member member = kit.join(0, 0);
            kit.pause(true);
            kit.send(":1");
            kit.settleDown();
            member.consumer.credit(1, true);
            kit.settleDown();

            assertTrue(member.isDrained);
            assertEquals(List.of(), member.bodies);
        }
    }

    @Test
    void theHigherPriorityIsServedWhileItHasCreditAndEqualOnesTakeTurns() {
        Member low = kit.join(-1, 10);
        Member high = kit.join(5, 2);
        Member alsoHigh = kit.join(5, 1);
        kit.send(":1", ":2", ":3", ":4");
        kit.settleDown();

        assertEquals(2, high.bodies.size());
        assertEquals(1, alsoHigh.bodies.size());
        assertEquals(List.of(":4"), low.bodies);
        assertEquals(
                List.of(5, 5, -1),
                kit.consumers().stream().map(ConsumerInfo::priority).toList());
    }

    @Nested
    final class OneActiveConsumer {
        @Test
        void theNextFollowsWhenNothingIsUnsettled() {
            kit.policy("consumers.exclusive", "true");
            Member first = kit.join(0, 2);
            Member second = kit.join(0, 10);
            kit.send(":1", ":2", ":3");
            kit.settleDown();
            assertEquals(List.of(":1", ":2"), first.bodies);
            assertEquals(
                    List.of(true, false),
                    kit.consumers().stream().map(ConsumerInfo::isActive).toList());

            first.consumer.close(Consumer.Close.ORDERLY);
            kit.settleDown();

            assertEquals(List.of(":1", ":2", ":3"), second.bodies);
        }

        @Test
        void oneOfAHigherPriorityTakesOverOnceTheFormerHasSettled() {
            kit.policy("consumers.exclusive", "true");
            Member first = kit.join(0, 10);
            kit.send(":1", ":2");
            kit.settleDown();
            Member higher = kit.join(3, 10);
            kit.send(":3");
            kit.settleDown();
            assertEquals(List.of(":1", ":2"), first.bodies);
            assertEquals(List.of(), higher.bodies);

            first.settle(":1", Outcome.ACCEPTED);
            first.settle(":2", Outcome.FAILED);
            kit.settleDown();

            assertEquals(List.of(":2", ":3"), higher.bodies);
            assertEquals(List.of(":1", ":2"), first.bodies);
        }

        @Test
        void changingThePolicyWaitsForWhatIsOut() {
            Member first = kit.join(0, 1);
            Member second = kit.join(0, 1);
            kit.send(":1", ":2", ":3");
            kit.settleDown();
            kit.policy("consumers.exclusive", "true");
            first.consumer.credit(10, false);
            second.consumer.credit(10, false);
            kit.settleDown();
            assertEquals(1, second.bodies.size());

            first.settleAll();
            second.settleAll();
            kit.settleDown();

            assertEquals(1, second.bodies.size());
            assertEquals(2, first.bodies.size());
        }
    }

    @Nested
    final class Groups {
        @Test
        void aGroupStaysWithOneConsumer() {
            Member first = kit.join(0, 10);
            Member second = kit.join(0, 10);
            kit.send("a:1", "b:2", "a:3", "b:4", "a:5", ":6");
            kit.settleDown();

            for (Member member : List.of(first, second)) {
                String group = member.bodies.get(0).substring(0, 1);
                List<String> ofGroups = member.bodies.stream()
                        .filter(body -> !body.startsWith(":"))
                        .toList();
                assertTrue(ofGroups.stream().allMatch(body -> body.startsWith(group)), ofGroups.toString());
                assertEquals(List.of(), member.firsts, "nobody had it before");
            }
            assertEquals(
                    List.of(1, 1),
                    kit.consumers().stream().map(ConsumerInfo::keys).toList());
        }

        @Test
        void aConsumerWithoutCreditHoldsUpItsOwnGroupsOnly() {
            Member first = kit.join(0, 1);
            kit.send("a:1");
            kit.settleDown();
            Member second = kit.join(0, 10);
            kit.send("a:2", "b:3", "a:4", ":5");
            kit.settleDown();
            assertEquals(List.of("b:3", ":5"), second.bodies);

            first.consumer.credit(10, false);
            kit.settleDown();

            assertEquals(List.of("a:1", "a:2", "a:4"), first.bodies);
        }

        @Test
        void aGroupMovesWithItsOrderWhenItsConsumerIsLost() {
            Member first = kit.join(0, 2);
            kit.send("a:1", "a:2", "a:3", "a:4");
            kit.settleDown();
            Member second = kit.join(0, 10);
            kit.settleDown();
            assertEquals(List.of(), second.bodies);

            first.consumer.close(Consumer.Close.LOST);
            kit.settleDown();

            assertEquals(List.of("a:1", "a:2", "a:3", "a:4"), second.bodies);
            assertEquals(List.of("a:1"), second.firsts);
        }

        @Test
        void aGroupMovesToANewConsumerOnlyWhenNothingOfItIsUnsettled() {
            Member first = kit.join(0, 2);
            kit.send("a:1", "b:2", "a:3", "b:4");
            kit.settleDown();
            Member second = kit.join(0, 10);
            kit.settleDown();
            assertEquals(List.of(), second.bodies);
            first.consumer.credit(10, false);
            first.settle("a:1", Outcome.ACCEPTED);
            first.settle("b:2", Outcome.ACCEPTED);
            kit.settleDown();

            assertEquals(1, second.bodies.size(), "one of two groups moves: " + second.bodies);
            assertEquals(3, first.bodies.size());
            assertEquals(second.bodies, second.firsts);
        }

        @Test
        void aClosedGroupIsFreeOnceItsMessagesAreSettled() {
            Member first = kit.join(0, 10);
            kit.send("a:1", "a:2!", "a:3");
            kit.settleDown();
            assertEquals(List.of("a:1", "a:2!"), first.bodies);

            first.settleAll();
            kit.settleDown();

            assertEquals(List.of("a:1", "a:2!", "a:3"), first.bodies);
            assertEquals(List.of(), first.firsts);
        }

        @Test
        void aMessageThatCannotBeDeliveredThereTakesItsGroupElsewhere() {
            Member first = kit.join(0, 10);
            kit.send("a:1", "a:2");
            kit.settleDown();
            Member second = kit.join(0, 10);
            kit.settleDown();

            first.settle("a:1", new Outcome.Modified(false, true, Annotations.NONE));
            kit.settleDown();
            assertEquals(List.of("a:1", "a:2"), first.bodies);
            first.settle("a:2", Outcome.RELEASED);
            kit.settleDown();

            assertEquals(List.of("a:1", "a:2"), second.bodies);
        }

        @Test
        void manyGroupsOfAConsumerWithoutCreditAreGoneThroughOnce() {
            Member first = kit.join(0, 1);
            kit.send("a:0");
            kit.settleDown();
            Member second = kit.join(0, 0);
            for (int i = 0; i < 20_000; i++) {
                kit.send("a:" + i);
            }
            kit.send("b:1");
            kit.settleDown();
            second.consumer.credit(10, false);
            kit.settleDown();
            assertEquals(List.of("b:1"), second.bodies);

            first.consumer.credit(30_000, false);
            kit.settleDown();

            assertEquals(20_001, first.bodies.size());
            for (int i = 0; i < 20_000; i++) {
                assertEquals("a:" + i, first.bodies.get(i + 1));
            }
        }

        @Test
        void groupsCanBeSwitchedOff() {
            kit.policy("groups.enabled", "false");
            Member first = kit.join(0, 1);
            Member second = kit.join(0, 10);
            kit.send("a:1", "a:2");
            kit.settleDown();

            assertEquals(1, first.bodies.size());
            assertEquals(1, second.bodies.size());
            assertEquals(List.of(), first.firsts);
        }
    }

    @Nested
    final class Partitions {
        @Test
        void partitionsAreSpreadEvenlyAndStickToTheirConsumers() {
            kit.policy("partitions", "8");
            kit.join(0, 10);
            kit.join(0, 10);
            kit.join(0, 10);

            List<PartitionInfo> all = kit.partitions();
            assertEquals(8, all.size());
            assertEquals(
                    List.of(2L, 3L, 3L),
                    all.stream()
                            .collect(Collectors.groupingBy(PartitionInfo::consumerId, Collectors.counting()))
                            .values()
                            .stream()
                            .sorted()
                            .toList());
            Member fourth = kit.join(0, 10);
            List<PartitionInfo> after = kit.partitions();
            long moved = 0;
            for (int i = 0; i < 8; i++) {
                moved += all.get(i).consumerId() != after.get(i).consumerId() ? 1 : 0;
            }
            assertEquals(2, moved);
            fourth.consumer.close(Consumer.Close.ORDERLY);
            kit.settleDown();
            assertEquals(8, kit.partitions().size());
        }

        @Test
        void messagesOfOneKeyGoToOneConsumerInOrder() {
            kit.policy("partitions", "4");
            List<Member> members = List.of(kit.join(0, 100), kit.join(0, 100));
            for (int i = 0; i < 40; i++) {
                kit.send("k" + i % 8 + ":" + i);
            }
            kit.settleDown();

            for (int key = 0; key < 8; key++) {
                String prefix = "k" + key + ":";
                List<List<String>> got = members.stream()
                        .map(member -> member.bodies.stream()
                                .filter(body -> body.startsWith(prefix))
                                .toList())
                        .filter(bodies -> !bodies.isEmpty())
                        .toList();
                assertEquals(1, got.size());
                for (int i = 0; i < 5; i++) {
                    assertEquals(prefix + (key + 8 * i), got.get(0).get(i));
                }
            }
        }

        @Test
        void theCountChangesOnlyWhenNothingIsUnsettled() {
            kit.policy("partitions", "4");
            Member first = kit.join(0, 1);
            Member second = kit.join(0, 0);
            for (int i = 0; i < 20; i++) {
                kit.send("k" + i + ":" + i);
            }
            kit.settleDown();
            assertEquals(1, first.bodies.size());
            kit.policy("partitions", "16");
            second.consumer.credit(100, false);
            kit.settleDown();
            assertEquals(0, second.bodies.size());

            first.settleAll();
            first.consumer.credit(100, false);
            kit.settleDown();

            assertEquals(20, first.bodies.size() + second.bodies.size());
            assertEquals(16, kit.partitions().size());
        }
    }

    @Nested
    final class LeasesOfDeliveries {
        @Test
        void aDeliveryHeldForTooLongGoesBackWithAFailedAttempt() {
            kit.policy("delivery.lease-ms", "1000");
            Member first = kit.join(0, 1);
            kit.send(":1");
            kit.settleDown();
            Member second = kit.join(0, 1);
            kit.loop.advance(999);
            kit.settleDown();
            assertEquals(List.of(), second.bodies);

            kit.loop.advance(1);
            kit.settleDown();
            first.settleAll();
            kit.settleDown();

            assertEquals(List.of(":1"), second.bodies);
            assertEquals(1, kit.depth(), "what the first says after its lease ends nothing");
            second.settleAll();
            kit.settleDown();
            assertEquals(0, kit.depth());
        }

        @Test
        void aRenewedLeaseBeginsAgain() {
            kit.policy("delivery.lease-ms", "1000");
            Member first = kit.join(0, 1);
            kit.send(":1");
            kit.settleDown();
            Member second = kit.join(0, 1);
            kit.loop.advance(600);
            first.consumer.renew(first.held.firstKey());
            kit.settleDown();
            kit.loop.advance(600);
            kit.settleDown();
            assertEquals(List.of(), second.bodies);

            kit.loop.advance(400);
            kit.settleDown();

            assertEquals(List.of(":1"), second.bodies);
        }

        @Test
        void aSlowConsumerIsShown() {
            kit.policy("slow-consumer.unsettled-ms", "1000");
            kit.join(0, 1);
            kit.send(":1");
            kit.settleDown();
            assertFalse(kit.consumers().get(0).isSlow());

            kit.loop.advance(1500);
            kit.settleDown();

            ConsumerInfo slow = kit.consumers().get(0);
            assertTrue(slow.isSlow());
            assertEquals(1500, slow.oldestUnsettledMs());
        }
    }
}
