// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;

/** Which messages of one dispatcher stay together, as its policy says, which may change. Owned by the shard's thread. */
final class Keying {
    private final Desk desk;
    private final Feeds feeds;
    private final Roster roster;
    private KeyPlan plan;

    Keying(Desk desk, Feeds feeds, Roster roster) {
        this.desk = desk;
        this.feeds = feeds;
        this.roster = roster;
        this.plan = KeyPlan.of(desk.address().policy());
    }

    KeyPlan plan() {
        return plan;
    }

    long keyOf(Message message) {
        return plan.keyOf(message, desk.inspector());
    }

    /**
     * Takes over what the policy says now, and does the moves that can be done.
     *
     * @return false while messages are out under the former rules: until they are settled nothing is handed out
     */
    boolean review() {
        KeyPlan wanted = KeyPlan.of(desk.address().policy());
        if (!wanted.equals(plan)) {
            if (desk.ledger().unsettledCount() > 0) {
                desk.ledger().watch(desk::wake);
                return false;
            }
            change(wanted);
        }
        for (Feed feed : feeds.all()) {
            if (feed.keys != null) {
                feed.keys.move();
            }
        }
        return true;
    }

    private void change(KeyPlan wanted) {
        for (Feed feed : feeds.all()) {
            if (feed.keys != null) {
                feed.keys.end();
                feed.keys = null;
            }
        }
        plan = wanted;
        feeds.unload(); // what is read again gets its key then
        for (Entry entry : desk.ledger().sorted()) {
            if (entry.message != null) {
                entry.key = keyOf(entry.body());
            }
        }
    }

    /** Who gets which key of a feed; null where nothing has a key. */
    @Nullable
    Keys of(Feed feed, Entry head) {
        if (feed.keys != null || feed.isBrowser || plan.slotOf(head) == 0) {
            return feed.keys;
        }
        return begin(feed);
    }

    private Keys begin(Feed feed) {
        Keys keys = new Keys(desk, feed, plan);
        feed.keys = keys;
        for (int i = 0; i < roster.count(); i++) {
            if (roster.get(i).feed == feed) {
                keys.add(roster.get(i));
            }
        }
        keys.rebalance();
        return keys;
    }

    void joined(Consumption consumer) {
        Feed feed = consumer.feed;
        if (feed.keys != null) {
            feed.keys.add(consumer);
            feed.keys.rebalance();
        } else if (plan.isPartitioned() && !feed.isBrowser) {
            begin(feed);
        }
    }

    void left(Consumption consumer) {
        if (consumer.feed.keys != null) {
            consumer.feed.keys.leave(consumer);
        }
    }
}
