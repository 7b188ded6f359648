// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Reply;

/**
 * Answers a closing detach once the durable subscription is deleted, or says in the answer why it is not. Any thread.
 *
 * @param isShared other members may hold the subscription, and then this detach was not the end of it
 */
record Unsubscribed(ServerConnection connection, OutgoingEndpoint endpoint, boolean isShared)
        implements Reply<SubscriptionDefinition> {

    @Override
    public void ok(SubscriptionDefinition deleted) {
        connection.hand(() -> endpoint.detach(true, null));
    }

    @Override
    public void rejected(Rejection rejection) {
        boolean isFine =
                rejection.code() == ErrorCode.NOT_FOUND || (isShared && rejection.code() == ErrorCode.RESOURCE_LOCKED);
        connection.hand(() -> endpoint.detach(true, isFine ? null : ErrorConditions.condition(rejection)));
    }
}
