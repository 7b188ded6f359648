// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.PriorityIndex;
import io.postrider.store.queue.StagedBodies;
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
                text.append(subscription.isPaused() ? " paused" : "");
                text.append(" shown ").append(subscription.dispatchedUpTo()).append(" depth ");
                text.append(subscription.depth())
                        .append(" bytes ")
                        .append(subscription.bytes())
                        .append(" done ");
                text.append(Arrays.toString(subscription.done().toArray())).append(' ');
                text.append(subscription.redeliveries().byAttempts()).append(' ');
                text.append(subscription.redeliveries().firstFailures().index().buckets())
                        .append(' ');
                text.append(subscription.redeliveries().waits().buckets()).append(' ');
                text.append(subscription.redeliveries().merged()).append(' ');
                text.append(subscription.deferrals().tokens()).append(' ');
                text.append(" replayed ")
                        .append(Arrays.toString(subscription.replay().offsets().toArray()));
                text.append(subscription.replay().unsiftedBelow()).append('\n');
            }
            text.append("  retained ").append(address.retention().from()).append(' ');
            text.append(address.retention().bytes())
                    .append(address.retention().marks())
                    .append('\n');
            text.append("  trimmed ").append(address.log().trimmedTo()).append(" expiries ");
            text.append(address.log().expiries().buckets()).append(" delays ");
            text.append(address.log().delays().buckets()).append(" large ");
            text.append(address.log().bodies()).append(" levels");
            for (int priority = 0; priority < PriorityIndex.LEVELS; priority++) {
                text.append(' ').append(address.log().priorities().level(priority));
            }
            text.append('\n');
        }
        text.append("bodies ").append(state.bodies().used());
        for (StagedBodies.Body body : state.bodies().all()) {
            text.append(' ').append(body.id()).append(':').append(body.chunks()).append(':');
            text.append(body.bytes()).append(':').append(body.references());
        }
        text.append('\n');
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
