// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Reply;

/** For a request whose refusal changes nothing: what was to be deleted is gone already, or in use again. Any thread. */
enum IgnoredReply implements Reply<SubscriptionDefinition> {
    SUBSCRIPTION;

    static Reply<SubscriptionDefinition> subscription() {
        return SUBSCRIPTION;
    }

    @Override
    public void ok(SubscriptionDefinition value) {}

    @Override
    public void rejected(Rejection rejection) {}
}
