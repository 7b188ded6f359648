// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import io.postrider.store.catalog.Change.AddressDefined;
import io.postrider.store.catalog.Change.AddressDeleted;
import io.postrider.store.catalog.Change.PoliciesChanged;
import io.postrider.store.catalog.Change.SubscriptionDefined;
import io.postrider.store.catalog.Change.SubscriptionDeleted;
import io.postrider.store.catalog.Change.UserPut;
import io.postrider.store.catalog.Change.UserRemoved;
import io.postrider.store.shard.Projection;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries what the shard applied to the user directory, at once, and to the catalog, soon. Called on the shard's thread.
 *
 * <p>A password is good, or not any more, from the moment the change is applied, whatever the database does. Temporary
 * addresses are not shown: they come and go with every request-reply client and never outlive the process.
 */
public final class CatalogProjection implements Projection {
    private final HsqlCatalog catalog;
    private final UserDirectory directory;

    public CatalogProjection(HsqlCatalog catalog, UserDirectory directory) {
        this.catalog = catalog;
        this.directory = directory;
    }

    @Override
    public void recovered(
            long index,
            List<PolicyRule> policies,
            List<AddressDefinition> addresses,
            List<SubscriptionDefinition> subscriptions,
            List<UserRecord> users) {
        directory.replaceAll(users);
        List<Change> all = new ArrayList<>();
        all.add(new PoliciesChanged(policies));
        for (AddressDefinition address : addresses) {
            if (!address.isTemporary()) {
                all.add(new AddressDefined(address));
            }
        }
        subscriptions.forEach(subscription -> all.add(new SubscriptionDefined(subscription)));
        users.forEach(user -> all.add(new UserPut(user)));
        catalog.rebuild(index, all);
    }

    @Override
    public void policiesChanged(long index, List<PolicyRule> policies) {
        catalog.project(index, List.of(new PoliciesChanged(policies)), CatalogProjection::nobodyWaits);
    }

    @Override
    public void addressDefined(long index, AddressDefinition definition) {
        if (!definition.isTemporary()) {
            catalog.project(index, List.of(new AddressDefined(definition)), CatalogProjection::nobodyWaits);
        }
    }

    @Override
    public void addressDeleted(long index, AddressKey key) {
        catalog.project(index, List.of(new AddressDeleted(key)), CatalogProjection::nobodyWaits);
    }

    @Override
    public void subscriptionDefined(long index, SubscriptionDefinition definition) {
        catalog.project(index, List.of(new SubscriptionDefined(definition)), CatalogProjection::nobodyWaits);
    }

    @Override
    public void subscriptionDeleted(long index, SubscriptionKey key) {
        catalog.project(index, List.of(new SubscriptionDeleted(key)), CatalogProjection::nobodyWaits);
    }

    @Override
    public void userPut(long index, UserRecord user, Runnable done) {
        directory.put(user);
        catalog.project(index, List.of(new UserPut(user)), done);
    }

    @Override
    public void userRemoved(long index, String name, Runnable done) {
        directory.remove(name);
        catalog.project(index, List.of(new UserRemoved(name)), done);
    }

    private static void nobodyWaits() {}
}
