// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/** Whether a dead letter may go back to where it came from. Stateless. */
final class Redriving {
    private Redriving() {}

    /** Why it may not; null if it may. */
    static @Nullable Rejection problem(
            Command.Redrive command,
            @Nullable SubscriptionState letters,
            @Nullable AddressState target,
            @Nullable SubscriptionState only) {
        if (letters == null || !letters.wants(command.offset())) {
            return new Rejection(ErrorCode.NOT_FOUND, "The letter at offset " + command.offset() + " is gone");
        }
        boolean isOnlyGone = command.onlyFor() >= 0 && (only == null || only.address() != target);
        if (target == null || isOnlyGone) {
            return new Rejection(
                    ErrorCode.RESOURCE_DELETED,
                    "The " + (target == null ? "address" : "subscription") + " that the letter at offset "
                            + command.offset() + " came from was deleted");
        }
        return Admission.verdict(target) == Admission.Verdict.TAKE ? null : Admission.fullness(target);
    }
}
