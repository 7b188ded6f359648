// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds where a dead letter came from. Owned by the shard's thread. */
final class RedriveOrigin {
    /**
     * Where a letter goes.
     *
     * @param only the one subscription that gets it; null for a queue, or for all of an address
     * @param problem why it cannot go; null if it can
     */
    record Target(
            @Nullable AddressState address,
            @Nullable SubscriptionState only,
            @Nullable String problem) {}

    private final ShardState state;
    private final @Nullable AddressKey instead;

    /** @param instead where all go; null for where each came from */
    RedriveOrigin(ShardState state, @Nullable AddressKey instead) {
        this.state = state;
        this.instead = instead;
    }

    Target of(Message letter) {
        Annotations marks = letter.added();
        String name = marks.text(AnnotationKeys.ORIGIN_ADDRESS);
        AddressKey key = instead != null ? instead : name == null ? null : AddressKey.of(name);
        if (key == null) {
            return problem("it does not say where it came from");
        }
        AddressState address = state.address(key);
        if (address == null) {
            return problem("there is no address '" + key + "' any more");
        }
        if (instead != null || address.isQueue()) {
            return new Target(address, null, null);
        }
        String subscription = marks.text(AnnotationKeys.ORIGIN_QUEUE);
        SubscriptionState only = subscription == null ? null : address.subscription(subscription);
        return only == null
                ? problem("its subscription of topic '" + key + "' is gone")
                : new Target(address, only, null);
    }

    private static Target problem(String text) {
        return new Target(null, null, text);
    }

    /** The message as it goes back: without the marks of its death, and with how often it went back. */
    static Message redriven(Message letter) {
        Long before = letter.added().number(AnnotationKeys.REDRIVEN);
        int times = before == null ? 1 : before.intValue() + 1;
        return DeadLettering.withoutMarks(letter).withAdded(Annotations.of(Map.of(AnnotationKeys.REDRIVEN, times)));
    }
}
