// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.PartitionInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What operators are told of the consumers of one dispatcher. Owned by the shard's thread. */
final class ConsumerReport {
    private final Desk desk;
    private final Feeds feeds;
    private final Roster roster;
    private final Sharing sharing;

    ConsumerReport(Desk desk, Feeds feeds, Roster roster, Sharing sharing) {
        this.desk = desk;
        this.feeds = feeds;
        this.roster = roster;
        this.sharing = sharing;
    }

    List<ConsumerInfo> consumers(String subscription) {
        List<ConsumerInfo> found = new ArrayList<>();
        for (Consumption consumer : roster.all()) {
            found.add(info(consumer, subscription));
        }
        return found;
    }

    private ConsumerInfo info(Consumption consumer, String subscription) {
        ConsumerRequest request = consumer.request();
        String selector = request.selector();
        long nowMs = desk.nowMs();
        return new ConsumerInfo(
                consumer.id(),
                desk.address().definition().key(),
                subscription,
                request.connectionId(),
                request.containerId(),
                request.user(),
                selector == null ? "" : selector,
                request.mode().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                request.priority(),
                sharing.exclusivity().isActive(consumer),
                consumer.isPaused,
                consumer.isSlow,
                Math.max(0, consumer.limit - consumer.dispatched),
                consumer.unsettled.count(),
                nowMs - consumer.oldestHandedAtMs(nowMs),
                consumer.keyCount,
                partitionsOf(consumer));
    }

    private List<Integer> partitionsOf(Consumption consumer) {
        Keys keys = consumer.feed.keys;
        if (keys == null || !sharing.keying().plan().isPartitioned()) {
            return List.of();
        }
        return keys.slots().stream()
                .filter(slot -> slot.owner == consumer)
                .map(slot -> (int) slot.id - 1)
                .sorted()
                .toList();
    }

    List<PartitionInfo> partitions() {
        List<PartitionInfo> found = new ArrayList<>();
        if (sharing.keying().plan().isPartitioned()) {
            for (Feed feed : feeds.all()) {
                Keys keys = feed.keys;
                if (keys != null) {
                    String selector = feed.selector == null ? "" : feed.selector.text();
                    keys.slots().forEach(slot -> found.add(partition(slot, selector)));
                }
            }
        }
        found.sort(Comparator.comparing(PartitionInfo::selector).thenComparing(PartitionInfo::partition));
        return found;
    }

    private static PartitionInfo partition(Slot slot, String selector) {
        Consumption next = slot.next;
        return new PartitionInfo((int) slot.id - 1, selector, slot.owner.id(), next == null ? 0 : next.id(), slot.busy);
    }
}
