// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.Consumer;
import io.postrider.store.dispatch.Consumption;
import io.postrider.store.dispatch.Dispatcher;

/** An open receiving endpoint. State is owned by the shard's thread; calls from elsewhere hand over. */
final class ConsumerHandle implements Consumer {
    private final ShardRunner runner;
    private final Dispatcher dispatcher;
    private final Consumption consumption;
    private final Runnable whenClosed;

    /** @param whenClosed runs on the shard's thread after the consumer has gone */
    ConsumerHandle(ShardRunner runner, Dispatcher dispatcher, Consumption consumption, Runnable whenClosed) {
        this.runner = runner;
        this.dispatcher = dispatcher;
        this.consumption = consumption;
        this.whenClosed = whenClosed;
    }

    @Override
    public AddressDefinition address() {
        return dispatcher.address().definition();
    }

    @Override
    public void credit(long limit, boolean drain) {
        runner.run(() -> dispatcher.credit(consumption, limit, drain));
    }

    @Override
    public void settle(long deliveryId, Outcome outcome, boolean confirm) {
        if (runner.isOwner()) {
            dispatcher.settle(consumption, deliveryId, outcome, confirm);
        } else {
            runner.run(() -> dispatcher.settle(consumption, deliveryId, outcome, confirm));
        }
    }

    @Override
    public void renew(long deliveryId) {
        runner.run(() -> dispatcher.renew(consumption, deliveryId));
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    Consumption consumption() {
        return consumption;
    }

    @Override
    public void close(Close how) {
        runner.run(() -> {
            dispatcher.detach(consumption, how);
            whenClosed.run();
        });
    }
}
