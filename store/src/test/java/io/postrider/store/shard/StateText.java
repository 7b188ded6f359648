// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StoredMessage;
import io.postrider.store.queue.SubscriptionState;
import java.util.Arrays;

/** The content of a state as text, so that two states can be compared and a difference can be read. */
final class StateText {
    private StateText() {}

    static String of(ShardState state) {
        StringBuilder text =
                new StringBuilder("ids " + state.nextAddressId() + " " + state.nextSubscriptionId() + "\n");
        for (AddressState address : state.addresses()) {
            text.append(address.id()).append(' ').append(address.definition()).append(" end ");
            text.append(address.log().end()).append('\n');
            for (SubscriptionState subscription : address.subscriptions()) {
                text.append("  ").append(subscription.id()).append(' ').append(subscription.definition());
                text.append(" cursor ")
                        .append(subscription.cursor())
                        .append(" epoch ")
                        .append(subscription.epoch());
                text.append(" shown ").append(subscription.dispatchedUpTo()).append(" depth ");
                text.append(subscription.depth())
                        .append(" bytes ")
                        .append(subscription.bytes())
                        .append(" done ");
                text.append(Arrays.toString(subscription.done().toArray())).append(' ');
                text.append(subscription.redeliveries()).append('\n');
            }
            for (long offset = address.log().first(); offset < address.log().end(); offset++) {
                StoredMessage message = address.log().get(offset);
                if (message != null) {
                    text.append("  @").append(offset).append(' ');
                    text.append(Arrays.hashCode(message.message().encoded())).append(' ');
                    text.append(message.message().added()).append('\n');
                }
            }
        }
        return text.append(state.users()).toString();
    }

    /** The first line in which two states differ, or that there is none. */
    static String difference(String expected, String found) {
        String[] expectedLines = expected.split("\n");
        String[] foundLines = found.split("\n");
        for (int i = 0; i < Math.min(expectedLines.length, foundLines.length); i++) {
            if (!expectedLines[i].equals(foundLines[i])) {
                return "expected: " + expectedLines[i] + "; found: " + foundLines[i];
            }
        }
        return expectedLines.length + " lines and " + foundLines.length;
    }
}
