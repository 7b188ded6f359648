// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.Command;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.store.queue.SubscriptionState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a message may be put aside. Stateless. */
final class Deferring {
    private Deferring() {}

    /** What becomes of it instead, because too many are aside already; null if there is room. */
    static Command.@Nullable Requeue refused(Command.Defer command, SubscriptionState subscription) {
        long max = subscription.address().policy().number(PolicyKey.DEFERRAL_MAX);
        int count = subscription.deferrals().count();
        if (count < max || subscription.deferrals().contains(command.offset())) {
            return null;
        }
        String why = count + " messages are put aside, and " + PolicyKey.DEFERRAL_MAX.text() + " is " + max;
        return new Command.Requeue(
                command.subscriptionId(),
                command.epoch(),
                command.offset(),
                command.countsAsAttempt(), // more would be past the limit that was looked at before
                command.merge().merged(Annotations.of(Map.of(AnnotationKeys.DEFERRAL_REFUSED, why))),
                0);
    }
}
