// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.PolicyKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who gets the messages of which key, among the consumers of one feed. Owned by the shard's thread.
 *
 * <p><b>Order.</b> A feed is gone through once. A message whose key is another consumer's is put into that one's <i>lane</i>, a small feed of its
 * own, and not looked at again by anybody else; one whose key is about to move waits with its key. So the messages of a key reach their consumer in their
 * order, and a consumer without credit holds up its own keys only. A lane holds some messages in memory and knows the rest by offset.
 *
 * <p><b>Moves.</b> When consumers come or go, keys are spread evenly again with as few moves as possible, and all lanes are put back into the feed, at
 * their places: whatever stood in them finds its new way from there.
 */
final class Keys {
    /** Groups that are remembered while nothing of them is with a consumer. */
    static final int IDLE_MAX = 32 * 1024;

    /** Messages of one priority that a lane holds in memory. */
    private static final int LANE_MAX = 512;

    private static final int EVICTION_TRIES = 16;

    private final Desk desk;
    private final Feed feed;
    private final KeyPlan plan;
    private final List<Consumption> members = new ArrayList<>();
    /** By number, the one used last at the end. */
    private final LinkedHashMap<Long, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);

    private final ArrayDeque<Slot> movable = new ArrayDeque<>();

    Keys(Desk desk, Feed feed, KeyPlan plan) {
        this.desk = desk;
        this.feed = feed;
        this.plan = plan;
    }

    Collection<Slot> slots() {
        return slots.values();
    }

    /** Every lane there is. */
    List<Feed> lanes() {
        List<Feed> lanes = new ArrayList<>();
        for (Consumption member : members) {
            addIfAny(member.lane, lanes);
        }
        for (Slot slot : slots.values()) {
            addIfAny(slot.held, lanes);
        }
        return lanes;
    }

    private static void addIfAny(@Nullable Feed lane, List<Feed> lanes) {
        if (lane != null) {
            lanes.add(lane);
        }
    }

    // ---- members

    void add(Consumption consumer) {
        members.add(consumer);
    }

    /** No keys any more: everything is back in the feed. */
    void end() {
        dissolveLanes();
        slots.clear();
        members.forEach(member -> member.keyCount = 0);
    }

    void leave(Consumption consumer) {
        dissolveLanes();
        members.remove(consumer);
        if (plan.slots() == 0 || members.isEmpty()) {
            slots.values().removeIf(slot -> slot.busy == 0 && slot.target() == consumer);
        }
        rebalance();
    }

    /** Spreads the keys evenly, moving as few as possible. */
    void rebalance() {
        dissolveLanes();
        if (members.isEmpty()) {
            slots.values().forEach(slot -> slot.next = null);
            return;
        }
        members.forEach(member -> member.keyCount = 0);
        addMissing();
        int share = slots.size() / members.size();
        int larger = slots.size() % members.size();
        List<Slot> homeless = new ArrayList<>();
        for (Slot slot : slots.values()) {
            Consumption target = slot.target();
            boolean isKept =
                    !target.isClosed && members.contains(target) && target.keyCount < share + (larger > 0 ? 1 : 0);
            if (isKept) {
                target.keyCount++;
                larger -= target.keyCount > share ? 1 : 0;
            } else {
                homeless.add(slot);
            }
        }
        for (Slot slot : homeless) {
            give(slot, fewest(null));
        }
    }

    private void addMissing() {
        for (long id = 1; id <= plan.slots() && slots.size() < plan.slots() && isFixed(); id++) {
            if (!slots.containsKey(id)) {
                Consumption owner = fewest(null);
                slots.put(id, new Slot(id, this, owner));
                owner.keyCount++;
            }
        }
        members.forEach(member -> member.keyCount = 0);
    }

    /** Whether all slots are there from the beginning. */
    private boolean isFixed() {
        return plan.slots() > 0 && plan.slots() <= PolicyKey.PARTITIONS_MAX;
    }

    private Consumption fewest(@Nullable Entry entry) {
        return members.stream()
                .filter(member -> entry == null || !entry.excludes(member))
                .min(Comparator.comparingInt(member -> member.keyCount))
                .orElse(members.get(0));
    }

    /** Makes a slot a member's: at once, or when nothing of it is out any more. */
    private void give(Slot slot, Consumption member) {
        member.keyCount++;
        if (slot.owner == member) {
            slot.next = null;
        } else if (slot.busy == 0) {
            slot.owner = member;
            slot.next = null;
            slot.isNew = true;
        } else {
            slot.next = member;
        }
    }

    /** Back to the feed, each to its place. */
    private void dissolveLanes() {
        for (Consumption member : members) {
            dissolve(member.lane);
            member.lane = null;
        }
        for (Slot slot : slots.values()) {
            dissolve(slot.held);
            slot.held = null;
        }
    }

    private void dissolve(@Nullable Feed lane) {
        if (lane != null) {
            lane.moveTo(feed, desk.ledger(), desk.address().log().end());
        }
    }

    // ---- moves

    /** A slot is about to be free: nothing of it may stand in the lane of its owner any more. */
    void closing(Slot slot) {
        dissolve(slot.owner.lane);
        slot.owner.lane = null;
        if (slot.busy == 0) {
            canMove(slot); // its last message never is out where it is delivered at most once
        }
    }

    /** Nothing of a slot that is to move is out any more. */
    void canMove(Slot slot) {
        movable.add(slot);
        desk.wake();
    }

    /** Does the moves that can be done. To be called before messages are handed out. */
    void move() {
        for (Slot slot = movable.poll(); slot != null; slot = movable.poll()) {
            if (slot.busy > 0 || !slot.isMoving()) {
                continue;
            }
            dissolve(slot.held);
            slot.held = null;
            Consumption following = slot.next;
            if (slot.isClosing) {
                slot.target().keyCount--;
                slots.remove(slot.id);
            } else if (following != null) {
                slot.owner = following;
                slot.next = null;
                slot.isNew = true;
            }
        }
    }

    // ---- messages

    /** The message a consumer may take next; it stays until its state changes. */
    @Nullable
    Entry next(Consumption consumer) {
        while (true) {
            Feed lane = consumer.lane;
            Entry own = lane == null ? null : lane.next(consumer, desk.ledger(), desk.late());
            Entry head = feed.next(consumer, desk.ledger(), desk.late());
            if (own != null && (head == null || isFirst(own, head))) {
                if (feed.level(own.priority).hasUnreadBefore(own)) {
                    return null; // it may be of the same key
                }
                own.slot = slot(plan.slotOf(own), consumer);
                return own;
            }
            if (head == null) {
                return null;
            }
            long id = plan.slotOf(head);
            if (id == 0) {
                return head;
            }
            Slot slot = slot(id, consumer);
            if (head.hasExclusions() && head.excludes(slot.target())) {
                moveAway(slot, head);
            }
            boolean isInOrder = lane == null || own != null || lane.isWhole();
            if (slot.owner == consumer && !slot.isMoving() && isInOrder) {
                head.slot = slot;
                return head;
            }
            park(head, slot);
        }
    }

    private static boolean isFirst(Entry entry, Entry other) {
        return entry.priority > other.priority || (entry.priority == other.priority && entry.isBefore(other));
    }

    /** The slot of a number; a new one goes to whoever asks, unless that one has more than its share. */
    private Slot slot(long id, Consumption asking) {
        Slot known = slots.get(id);
        if (known != null) {
            return known;
        }
        evict();
        Consumption owner = asking.keyCount * (long) members.size() <= slots.size() ? asking : fewestWithCredit(asking);
        Slot slot = new Slot(id, this, owner);
        owner.keyCount++;
        slots.put(id, slot);
        return slot;
    }

    private Consumption fewestWithCredit(Consumption asking) {
        Consumption best = asking;
        for (int i = 0; i < members.size(); i++) {
            Consumption member = members.get(i);
            if (member.mayTake() && member.keyCount < best.keyCount) {
                best = member;
            }
        }
        return best;
    }

    /** Forgets groups that were not seen for long, when there are too many. */
    private void evict() {
        if (isFixed() || slots.size() < IDLE_MAX) {
            return;
        }
        Iterator<Slot> oldest = slots.values().iterator();
        for (int tries = 0; tries < EVICTION_TRIES && oldest.hasNext(); tries++) {
            Slot slot = oldest.next();
            Feed lane = slot.owner.lane;
            if (slot.busy == 0 && !slot.isMoving() && (lane == null || lane.isEmpty())) {
                slot.owner.keyCount--;
                oldest.remove();
                return;
            }
        }
    }

    /** A consumer has said that it cannot take a message of a key of its own: the key goes to one that can. */
    private void moveAway(Slot slot, Entry entry) {
        Consumption other = fewest(entry);
        if (entry.excludes(other)) {
            return;
        }
        slot.target().keyCount--;
        Consumption owner = slot.owner;
        dissolve(owner.lane);
        owner.lane = null;
        give(slot, other);
    }

    /** Puts the head of the feed where it waits for its consumer. */
    private void park(Entry head, Slot slot) {
        Level level = laneOf(slot).level(head.priority);
        boolean isKept = level.returnedCount() < LANE_MAX && !desk.budget().isOver();
        if (isKept || !head.isDurable()) {
            level.addReturned(head, desk.ledger());
        } else {
            level.leave(head.offset, 0);
        }
        feed.level(head.priority).remove(head, desk.ledger());
    }

    private static Feed laneOf(Slot slot) {
        if (slot.isMoving()) {
            Feed held = slot.held == null ? Feed.lane() : slot.held;
            slot.held = held;
            return held;
        }
        Feed lane = slot.owner.lane == null ? Feed.lane() : slot.owner.lane;
        slot.owner.lane = lane;
        return lane;
    }
}
