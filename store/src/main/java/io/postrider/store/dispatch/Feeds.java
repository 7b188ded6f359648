// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The feeds of one dispatcher: one for each distinct selector and one for each browser. Owned by the shard's thread. */
final class Feeds {
    private final Desk desk;
    private final Map<String, Feed> bySelector = new HashMap<>();
    private final List<Feed> all = new ArrayList<>();
    private final Feed everything;
    private int selectorFeeds;

    Feeds(Desk desk) {
        this.desk = desk;
        this.everything = newFeed(null, false, Set.of());
        all.add(everything);
    }

    List<Feed> all() {
        return all;
    }

    private Feed newFeed(@Nullable Selector selector, boolean isBrowser, Set<String> tokens) {
        SubscriptionState durable = desk.durable();
        Feed feed = new Feed(selector, isBrowser, tokens, durable == null ? 0 : durable.cursor(), durable == null);
        if (durable != null && durable.depth() == 0) {
            feed.level(Message.PRIORITY_DEFAULT).isCaughtUp = true;
        }
        return feed;
    }

    /** The feed of a consumer that comes. */
    Feed join(@Nullable Selector selector, boolean isBrowser) {
        Feed feed = feedFor(selector, isBrowser);
        feed.consumers++;
        return feed;
    }

    /** A feed of its own, of what was put aside under some tokens. */
    Feed join(@Nullable Selector selector, Set<String> tokens, @Nullable Stored stored) {
        Feed feed = newFeed(selector, false, tokens);
        feed.consumers++;
        all.add(feed);
        selectorFeeds += selector == null ? 0 : 1;
        SubscriptionState durable = desk.durable();
        if (durable != null && stored != null) {
            for (Map.Entry<Long, String> aside : durable.deferrals().tokens().entrySet()) {
                if (tokens.contains(aside.getValue())) {
                    stored.backlog().lookAgain(List.of(feed), aside.getKey());
                }
            }
        }
        return feed;
    }

    private Feed feedFor(@Nullable Selector selector, boolean isBrowser) {
        if (!isBrowser) {
            Feed known = selector == null ? everything : bySelector.get(selector.text());
            if (known != null) {
                return known;
            }
        }
        Feed feed = newFeed(selector, isBrowser, Set.of());
        for (Entry entry : desk.ledger().sorted()) {
            // Numbers of soft messages fall, so the newest comes first: the sorted set puts them right.
            if (!entry.isDurable()
                    && entry.state == Entry.State.READY
                    && feed.matches(selector == null ? null : desk.inspector().open(entry.body()))) {
                feed.level(entry.priority).addReturned(entry, desk.ledger());
            }
        }
        all.add(feed);
        if (selector != null) {
            selectorFeeds++;
            if (!isBrowser) {
                bySelector.put(selector.text(), feed);
            }
        }
        return feed;
    }

    /** A consumer of a feed went. */
    void leave(Feed feed) {
        feed.consumers--;
        if (feed.consumers > 0 || feed == everything) {
            return;
        }
        all.remove(feed);
        if (feed.selector != null) {
            selectorFeeds--;
            if (!feed.isBrowser && feed.tokens.isEmpty()) {
                bySelector.remove(feed.selector.text());
            }
        }
        feed.close(desk.ledger());
    }

    /** What selectors may name of a message; null when there is no selector. */
    private MessageInspector.@Nullable Fields fields(Message message) {
        return selectorFeeds > 0 ? desk.inspector().open(message) : null;
    }

    /** A new message of the log. */
    void arrived(long offset, Message message, Backlog backlog) {
        MessageInspector.Fields fields = fields(message);
        for (int i = 0; i < all.size(); i++) {
            backlog.arrived(all.get(i), offset, message, fields);
        }
    }

    /** A message in no log is ready. */
    void offerSoft(Entry entry) {
        MessageInspector.Fields fields = fields(entry.body());
        Ledger ledger = desk.ledger();
        for (int i = 0; i < all.size(); i++) {
            Feed feed = all.get(i);
            if (feed.takes(null) && feed.matches(fields)) {
                Level level = feed.level(entry.priority);
                if (level.softCount() > 2 * ledger.softCount() + Backlog.WINDOW) {
                    level.compact(ledger);
                }
                level.addSoft(entry);
            }
        }
    }

    /** Whether anybody gets what was put aside under a token; or, with null, what was not. */
    boolean takes(@Nullable String token) {
        return all.stream().anyMatch(feed -> feed.takes(token));
    }

    /** A message that is in memory is back, put aside under a token, or not. */
    void returned(Entry entry, @Nullable String token) {
        MessageInspector.Fields fields = fields(entry.body());
        for (int i = 0; i < all.size(); i++) {
            Feed feed = all.get(i);
            if (!feed.isBrowser && feed.takes(token) && feed.matches(fields)) {
                feed.level(entry.priority).addReturned(entry, desk.ledger());
            }
        }
    }

    /** Messages became due that stand before what feeds believe to be the end. */
    void lookAgain() {
        long end = desk.address().log().end();
        for (Feed feed : all) {
            for (int priority = feed.highest(); priority >= 0; priority--) {
                Level level = feed.existing(priority);
                if (level != null && level.isCaughtUp) {
                    level.isCaughtUp = false;
                    level.scan = end;
                }
            }
        }
    }

    void unload() {
        all.forEach(feed -> feed.unload(desk.ledger(), desk.address().log().end()));
    }

    void purged(SubscriptionState subscription) {
        all.forEach(feed -> feed.purged(subscription));
    }

    void close() {
        all.forEach(feed -> feed.close(desk.ledger()));
    }
}
