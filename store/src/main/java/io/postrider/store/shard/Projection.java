// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import java.util.List;

/**
 * A queryable copy of definitions and users, kept up to date behind the state. Called on the shard's thread in order of
 * indexes; must not block. {@code done} runs on any thread once the copy shows the change.
 */
public interface Projection {
    /** For brokers without a catalog: everything is done at once. */
    Projection NONE = new Projection() {};

    /** What the state holds after recovery, so that a copy that is behind can be rebuilt. */
    default void recovered(
            long index,
            List<PolicyRule> policies,
            List<AddressDefinition> addresses,
            List<SubscriptionDefinition> subscriptions,
            List<UserRecord> users) {}

    /** All rules there are now. */
    default void policiesChanged(long index, List<PolicyRule> policies) {}

    default void addressDefined(long index, AddressDefinition definition) {}

    default void addressDeleted(long index, AddressKey key) {}

    default void subscriptionDefined(long index, SubscriptionDefinition definition) {}

    default void subscriptionDeleted(long index, SubscriptionKey key) {}

    default void userPut(long index, UserRecord user, Runnable done) {
        done.run();
    }

    default void userRemoved(long index, String name, Runnable done) {
        done.run();
    }
}
