// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import java.util.List;

/** One change of a definition or user that the catalog is to show. All are immutable, and applying one twice does no harm. */
public sealed interface Change {

    <R> R accept(Visitor<R> visitor);

    /** All rules there are now. */
    record PoliciesChanged(List<PolicyRule> rules) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.policiesChanged(this);
        }
    }

    record AddressDefined(AddressDefinition definition) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.addressDefined(this);
        }
    }

    record AddressDeleted(AddressKey key) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.addressDeleted(this);
        }
    }

    record SubscriptionDefined(SubscriptionDefinition definition) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.subscriptionDefined(this);
        }
    }

    record SubscriptionDeleted(SubscriptionKey key) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.subscriptionDeleted(this);
        }
    }

    record UserPut(UserRecord user) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.userPut(this);
        }
    }

    record UserRemoved(String name) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.userRemoved(this);
        }
    }

    /** One method for each change. */
    interface Visitor<R> {
        R policiesChanged(PoliciesChanged change);

        R addressDefined(AddressDefined change);

        R addressDeleted(AddressDeleted change);

        R subscriptionDefined(SubscriptionDefined change);

        R subscriptionDeleted(SubscriptionDeleted change);

        R userPut(UserPut change);

        R userRemoved(UserRemoved change);
    }
}
