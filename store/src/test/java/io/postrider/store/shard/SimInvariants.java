// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.Message;
import io.postrider.api.port.ConsumerRequest.Mode;
import java.util.List;
import java.util.Map;

/** What holds in every run of {@link BrokerSimulation}. Stateless but for the world they look at. */
final class SimInvariants {
    private SimInvariants() {}

    static List<SimInvariant> all(SimWorld world) {
        return List.of(
                new NeverWithTwoConsumers(world),
                new ConsumedNeverComesBack(world),
                new RemovedStaysGone(world),
                new SelectorsAndTimesAreRespected(world),
                new OrderIsKept(world),
                new ReleasedKeepsItsPlace(world),
                new AttemptsAreCounted(world),
                new AnnotationsAreMerged(world),
                new AsideIsAside(world),
                new DrainedMeansNothingIsLeft(world),
                new NoMessageIsLost(world));
    }

    record NeverWithTwoConsumers(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            world.check(copy.holder == null, "NeverWithTwoConsumers", copy);
            world.check(!copy.excluded.contains(to), "NotToWhoCannotTakeIt", copy);
            if (to.mode == Mode.BROWSE) {
                world.check(copy.isTouched || !to.browsed.contains(copy), "BrowsedOnce", copy);
            }
        }
    }

    record ConsumedNeverComesBack(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            world.check(!copy.isConsumed, "ConsumedNeverComesBack", copy);
            world.check(!copy.isAccepted || to.bornIn > copy.acceptedIn, "AcceptedComesBackOnlyAfterACrash", copy);
        }
    }

    record RemovedStaysGone(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            world.check(!copy.isRemoved, "RemovedStaysGone", copy);
        }
    }

    record SelectorsAndTimesAreRespected(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            boolean isLetter = SimWorld.LETTER_BOXES.contains(to.outlet);
            world.check(to.wants(copy.message), "SelectorIsRespected", copy + " to " + to.color);
            world.check(isLetter || world.nowMs() >= copy.message.deliverAtMs, "NothingComesBeforeItsTime", copy);
            world.check(
                    isLetter || to.mode == Mode.AT_MOST_ONCE || !copy.message.isExpiredAt(world.nowMs()),
                    "NothingExpiredIsDelivered",
                    copy);
            world.check(
                    to.mode == Mode.BROWSE || world.nowMs() >= copy.notBeforeMs, "RedeliveryWaitsForItsDelay", copy);
        }
    }

    /** Those that come to one receiver for the first time come in the order in which they were sent. */
    record OrderIsKept(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            SimMessage sent = copy.message;
            if (sent.hasDelay() || copy.isTouched || SimWorld.LETTER_BOXES.contains(to.outlet)) {
                return;
            }
            int lane = sent.priority * 2 + (sent.isDurable ? 1 : 0);
            Integer before = to.newest.put(lane, sent.number);
            world.check(before == null || before < sent.number, "OrderIsKept", copy + " after m" + before);
        }
    }

    /** What was released is handed out again before anything that was sent after it. */
    record ReleasedKeepsItsPlace(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            SimMessage sent = copy.message;
            if (sent.hasDelay() || to.mode != Mode.ACKNOWLEDGE || SimWorld.LETTER_BOXES.contains(to.outlet)) {
                return;
            }
            for (SimCopy other : world.at(copy.outlet)) {
                SimMessage earlier = other.message;
                boolean isBefore = other.isReleased
                        && !other.mayBeGone
                        && earlier.number < sent.number
                        && earlier.priority == sent.priority
                        && earlier.isDurable == sent.isDurable
                        && !earlier.hasDelay()
                        && !other.excluded.contains(to)
                        && other.notBeforeMs == 0
                        && !earlier.isExpiredAt(world.nowMs())
                        && to.wants(earlier);
                world.check(!isBefore, "ReleasedKeepsItsPlace", other + " overtaken by " + copy + " for " + to.color);
            }
        }
    }

    record AttemptsAreCounted(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            if (SimWorld.LETTER_BOXES.contains(to.outlet)) {
                return;
            }
            int least = Math.max(copy.failsSure, copy.isInDoubt ? 1 : 0);
            int most = copy.failsSure + copy.failsMaybe + 1;
            String text = copy + " count " + deliveryCount + ", expected " + least + " to " + most;
            world.check(deliveryCount >= least, "FailedAttemptsAreCounted", text);
            world.check(deliveryCount <= most, "OnlyFailedAttemptsAreCounted", text);
            world.check(deliveryCount <= SimWorld.ATTEMPTS_MAX, "AttemptsNeverExceedTheLimit", text);
            world.check(!copy.isMarkDurable || deliveryCount > 0, "RedeliveryIsMarked", text);
        }
    }

    record AnnotationsAreMerged(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            if (to.mode == Mode.BROWSE) {
                return;
            }
            Map<String, Object> found = message.added().values();
            for (Map<String, Object> asked : List.of(copy.merged, copy.merging)) {
                asked.forEach((key, value) -> world.check(
                        value.equals(found.get(key)), "AnnotationsAreMerged", copy + " " + key + " in " + found));
            }
        }
    }

    record AsideIsAside(SimWorld world) implements SimInvariant {
        @Override
        public void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {
            world.check(to.isFetcher || !copy.isAsideSure, "AsideIsForThoseWhoAsk", copy);
            world.check(!to.isFetcher || copy.isAside, "WhoAsksGetsWhatIsAside", copy);
        }
    }

    record DrainedMeansNothingIsLeft(SimWorld world) implements SimInvariant {
        @Override
        public void drained(SimReceiver receiver) {
            if (receiver.count >= receiver.limit) {
                return;
            }
            for (SimCopy copy : world.at(receiver.outlet)) {
                SimMessage sent = copy.message;
                boolean isLeft = !copy.isTouched
                        && !copy.mayBeGone
                        && !copy.isBeingRemoved
                        && !receiver.browsed.contains(copy)
                        && sent.isConfirmed
                        && sent.confirmedStamp < receiver.drainStamp
                        && !sent.hasDelay()
                        && sent.expiresAtMs == Message.NEVER
                        && !SimWorld.LETTER_BOXES.contains(receiver.outlet)
                        && !receiver.isFetcher
                        && receiver.wants(sent);
                world.check(!isLeft, "DrainedMeansNothingIsLeft", copy + " for " + receiver.mode);
            }
        }
    }

    record NoMessageIsLost(SimWorld world) implements SimInvariant {
        @Override
        public void ended() {
            for (SimCopy copy : world.copies()) {
                SimMessage sent = copy.message;
                boolean isExcused = copy.mayBeGone
                        || !sent.isConfirmed
                        || SimWorld.LETTER_BOXES.contains(copy.outlet)
                        || copy.outlet.startsWith("v")
                        || (sent.isExpiredAt(world.nowMs()) && !copy.outlet.equals(SimWorld.DELAYING));
                world.check(isExcused || copy.isAccepted || copy.isLetterSeen, "NoMessageIsLost", copy);
            }
        }
    }
}
