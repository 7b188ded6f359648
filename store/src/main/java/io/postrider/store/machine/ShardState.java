// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a shard knows that is durable. Owned by the shard's thread; iteration is in key order, so that equal states have
 * equal bytes.
 *
 * <p>Ids of addresses and subscriptions are dense, rise from 0 and are never reused.
 */
public final class ShardState {
    private final TreeMap<AddressKey, AddressState> addresses = new TreeMap<>();
    private final TreeMap<SubscriptionKey, SubscriptionState> durables = new TreeMap<>();
    private final TreeMap<String, UserRecord> users = new TreeMap<>();
    private final List<@Nullable AddressState> addressById = new ArrayList<>();
    private final List<@Nullable SubscriptionState> subscriptionById = new ArrayList<>();
    private final StagedBodies bodies = new StagedBodies();
    private PolicyBook policies = new PolicyBook(PolicyBook.NO_RULES);
    private final Forwards forwards = new Forwards();
    private final PreparedBranches branches = new PreparedBranches();
    private final TreeMap<AddressKey, AddressState> wildcards = new TreeMap<>();
    private long lastTimeMs;

    /** Bodies of large messages. */
    public StagedBodies bodies() {
        return bodies;
    }

    public @Nullable AddressState address(AddressKey key) {
        return addresses.get(key);
    }

    public @Nullable AddressState address(int id) {
        return id >= 0 && id < addressById.size() ? addressById.get(id) : null;
    }

    public Collection<AddressState> addresses() {
        return Collections.unmodifiableCollection(addresses.values());
    }

    public @Nullable SubscriptionState subscription(SubscriptionKey key) {
        return durables.get(key);
    }

    public @Nullable SubscriptionState subscription(int id) {
        return id >= 0 && id < subscriptionById.size() ? subscriptionById.get(id) : null;
    }

    public Collection<UserRecord> users() {
        return Collections.unmodifiableCollection(users.values());
    }

    public @Nullable UserRecord user(String name) {
        return users.get(name);
    }

    /** The rules for addresses by the patterns of their names. */
    public PolicyBook policies() {
        return policies;
    }

    /** Puts other rules in force, and says for which addresses something changed. */
    List<AddressState> replacePolicies(PolicyBook changed) {
        policies = changed;
        List<AddressState> affected = new ArrayList<>();
        for (AddressState address : addresses.values()) {
            if (settle(address)) {
                affected.add(address);
            }
        }
        return affected;
    }

    /** Gives an address what it sets itself from now on; returns whether anything is different for it. */
    boolean update(AddressState address, PolicyValues settings) {
        address.redefine(address.definition().withSettings(settings));
        return settle(address);
    }

    private boolean settle(AddressState address) {
        return address.adopt(policies.resolve(
                address.definition().key(), address.definition().settings()));
    }

    /** Puts the rules of a checkpoint back, before its addresses. */
    public void restorePolicies(PolicyBook restored) {
        policies = restored;
    }

    /** Prepared branches of global transactions. */
    public PreparedBranches branches() {
        return branches;
    }

    /** The rules that send messages on. */
    public Forwards forwards() {
        return forwards;
    }

    /** Finds out anew where the messages of every address go on to: rules have changed, or a target came or went. */
    public void route() {
        for (AddressState address : addresses.values()) {
            route(address);
        }
    }

    private void route(AddressState address) {
        address.route(forwards.routes(address, this, wildcards.values()));
    }

    /** Time stamped on the newest entry applied. */
    public long lastTimeMs() {
        return lastTimeMs;
    }

    public int nextAddressId() {
        return addressById.size();
    }

    public int nextSubscriptionId() {
        return subscriptionById.size();
    }

    public void setLastTimeMs(long timeMs) {
        lastTimeMs = Math.max(lastTimeMs, timeMs);
    }

    AddressState define(AddressDefinition definition) {
        AddressState address = restoreAddress(nextAddressId(), definition);
        if (definition.kind() == AddressKind.QUEUE) {
            restoreSubscription(nextSubscriptionId(), address, null);
        }
        if (wildcards.containsKey(definition.key()) || forwards.to(definition.key()) != null) {
            route();
        } else {
            route(address);
        }
        return address;
    }

    SubscriptionState subscribe(AddressState topic, SubscriptionDefinition definition, StartPosition start) {
        SubscriptionState subscription = restoreSubscription(nextSubscriptionId(), topic, definition);
        topic.begin(subscription, start, lastTimeMs);
        return subscription;
    }

    void delete(AddressState address) {
        for (SubscriptionState subscription : List.copyOf(address.subscriptions())) {
            delete(subscription);
        }
        addresses.remove(address.definition().key());
        addressById.set(address.id(), null);
        if (wildcards.remove(address.definition().key()) != null
                || forwards.to(address.definition().key()) != null) {
            route();
        }
    }

    void delete(SubscriptionState subscription) {
        subscription.address().unsubscribe(subscription);
        SubscriptionDefinition definition = subscription.definition();
        if (definition != null) {
            durables.remove(definition.key());
        }
        subscriptionById.set(subscription.id(), null);
    }

    void put(UserRecord user) {
        users.put(user.name(), user);
    }

    boolean removeUser(String name) {
        return users.remove(name) != null;
    }

    /** Puts an address of a checkpoint back under its id. */
    public AddressState restoreAddress(int id, AddressDefinition definition) {
        AddressState address =
                new AddressState(id, definition, policies.resolve(definition.key(), definition.settings()));
        addresses.put(definition.key(), address);
        if (definition.kind() == AddressKind.TOPIC
                && AddressPattern.isWildcard(definition.key().name())) {
            wildcards.put(definition.key(), address);
        }
        reserveIds(id + 1, 0);
        addressById.set(id, address);
        return address;
    }

    /** Puts a subscription of a checkpoint back under its id. */
    public SubscriptionState restoreSubscription(
            int id, AddressState address, @Nullable SubscriptionDefinition definition) {
        SubscriptionState subscription = address.subscribe(id, definition);
        reserveIds(0, id + 1);
        subscriptionById.set(id, subscription);
        if (definition != null) {
            durables.put(definition.key(), subscription);
        }
        return subscription;
    }

    public void restoreUser(UserRecord user) {
        put(user);
    }

    /** Makes sure that ids below these counts are taken. */
    public void reserveIds(int addressCount, int subscriptionCount) {
        while (addressById.size() < addressCount) {
            addressById.add(null);
        }
        while (subscriptionById.size() < subscriptionCount) {
            subscriptionById.add(null);
        }
    }
}
