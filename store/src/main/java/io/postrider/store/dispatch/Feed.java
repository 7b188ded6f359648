// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import io.postrider.store.queue.PriorityIndex;
import io.postrider.store.queue.SubscriptionState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages that consumers with one selector may be handed next: highest priority first, then by place. A message is evaluated
 * once for each feed, so the cost of a delivery does not grow with what others have to skip. A browser has a feed of its own.
 * Owned by the shard's thread.
 */
final class Feed {
    final @Nullable Selector selector;
    final boolean isBrowser;
    /** Tokens of what was put aside, if only that is meant; else empty. */
    final Set<String> tokens;
    /** Whether it has only what is put there: messages of keys that one consumer has. */
    final boolean isLane;
    /** Who gets which key; null until there is one. */
    @Nullable
    Keys keys;

    int consumers;
    private final @Nullable Level[] levels = new Level[PriorityIndex.LEVELS];
    /** Where a level begins that is made. */
    private long start;

    private final boolean isInMemory;
    private int highest = -1;

    /**
     * @param start the first offset of the log that it may hand out
     * @param isInMemory whether there is nothing on disk for it: its subscription is volatile
     */
    Feed(@Nullable Selector selector, boolean isBrowser, Set<String> tokens, long start, boolean isInMemory) {
        this(selector, isBrowser, tokens, start, isInMemory, false);
    }

    /** A feed that has only what is put there. */
    static Feed lane() {
        return new Feed(null, false, Set.of(), Long.MAX_VALUE, true, true);
    }

    private Feed(
            @Nullable Selector selector,
            boolean isBrowser,
            Set<String> tokens,
            long start,
            boolean isInMemory,
            boolean isLane) {
        this.tokens = tokens;
        this.isLane = isLane;
        this.selector = selector;
        this.isBrowser = isBrowser;
        this.start = start;
        this.isInMemory = isInMemory;
        level(Message.PRIORITY_DEFAULT);
    }

    /** Whether a message may come here that is in its place, where the token is null, or was put aside. */
    boolean takes(@Nullable String token) {
        return token == null ? tokens.isEmpty() : tokens.contains(token);
    }

    boolean matches(MessageInspector.@Nullable Fields fields) {
        return selector == null || (fields != null && selector.matches(fields));
    }

    /** The level of a priority, made when it is first needed. */
    Level level(int priority) {
        Level level = levels[priority];
        if (level == null) {
            level = isLane ? Level.lane(priority) : new Level(priority, start);
            level.isCaughtUp = isInMemory;
            levels[priority] = level;
            highest = Math.max(highest, priority);
        }
        return level;
    }

    /** The level of a priority; null if nothing of that priority was ever seen here. */
    @Nullable
    Level existing(int priority) {
        return levels[priority];
    }

    /** The highest priority that has a level. */
    int highest() {
        return highest;
    }

    /** Whether nothing can come but what is in memory. */
    boolean isWhole() {
        for (int priority = highest; priority >= 0; priority--) {
            Level level = levels[priority];
            if (level != null && !level.isWhole()) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing can come as things stand: all there is was taken, or it is held up by a message that cannot be read. */
    boolean isExhausted() {
        for (int priority = highest; priority >= 0; priority--) {
            Level level = levels[priority];
            if (level != null && !level.isWhole()) {
                return level.isHeldUp();
            }
        }
        return true;
    }

    /** The message a consumer may take next; it stays until its state changes. Null also while it is still to be read. */
    @Nullable
    Entry next(Consumption consumer, Ledger ledger, LateLane late) {
        for (int priority = highest; priority >= 0; priority--) {
            Level level = levels[priority];
            if (level == null) {
                continue;
            }
            Entry head = level.ready(ledger, late);
            if (head != null && head.hasExclusions() && head.excludes(consumer)) {
                head = level.headFor(consumer);
            }
            if (head != null || !level.isWhole()) {
                return head;
            }
        }
        return null;
    }

    /** Whether a lane has nothing. */
    boolean isEmpty() {
        for (Level level : levels) {
            if (level != null && !level.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Puts everything to another feed, at its place. */
    void moveTo(Feed target, Ledger ledger, long logEnd) {
        for (Level level : levels) {
            if (level != null && !level.isEmpty()) {
                level.moveTo(target.level(level.priority), ledger, logEnd);
            }
        }
    }

    void unload(Ledger ledger, long logEnd) {
        if (keys != null) {
            keys.lanes().forEach(lane -> lane.unload(ledger, logEnd));
        }
        for (Level level : levels) {
            if (level != null) {
                level.unload(ledger, logEnd);
            }
        }
    }

    /** Messages at or above an offset are wanted again. */
    void rewound(long firstOffset, Ledger ledger, LateLane late, long logEnd) {
        start = Math.min(start, firstOffset);
        for (Level level : levels) {
            if (level != null) {
                level.rewound(firstOffset, ledger, late, logEnd);
            }
        }
    }

    void purged(SubscriptionState subscription) {
        if (keys != null) {
            keys.lanes().forEach(lane -> lane.purged(subscription));
        }
        for (Level level : levels) {
            if (level != null) {
                level.purged(subscription);
            }
        }
    }

    void close(Ledger ledger) {
        if (keys != null) {
            keys.lanes().forEach(lane -> lane.close(ledger));
        }
        for (Level level : levels) {
            if (level != null) {
                level.close(ledger);
            }
        }
    }
}
