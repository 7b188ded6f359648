// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/** Whether an address takes a message that comes to it: its limits. Stateless; pure. */
public final class Admission {
    /** What becomes of a message. */
    public enum Verdict {
        TAKE,
        DROP,
        REJECT
    }

    private Admission() {}

    /** What the limits of an address say now. One that holds its producers takes what they have sent all the same. */
    public static Verdict verdict(AddressState address) {
        if (address.full() == null) {
            return Verdict.TAKE;
        }
        return switch (address.policy().text(PolicyKey.LIMIT_WHEN_FULL)) {
            case "reject" -> Verdict.REJECT;
            case "drop-new" -> Verdict.DROP;
            default -> Verdict.TAKE;
        };
    }

    /** Why an address is full, with numbers; null when it is not. */
    public static @Nullable Rejection fullness(AddressState address) {
        SubscriptionState full = address.full();
        if (full == null) {
            return null;
        }
        SubscriptionDefinition definition = full.definition();
        return new Rejection(
                ErrorCode.RESOURCE_LIMIT,
                "'" + address.definition().key() + "' is full: "
                        + (definition == null ? "it" : "its subscription '" + definition.key() + "'") + " holds "
                        + full.depth() + " messages of " + full.bytes() + " bytes, and its limit is "
                        + limit(address, PolicyKey.LIMIT_MESSAGES, " messages")
                        + limit(address, PolicyKey.LIMIT_BYTES, " bytes"));
    }

    private static String limit(AddressState address, PolicyKey key, String unit) {
        long limit = address.policy().number(key);
        return limit == 0
                ? ""
                : limit
                        + unit
                        + (key == PolicyKey.LIMIT_MESSAGES && address.policy().number(PolicyKey.LIMIT_BYTES) > 0
                                ? " or "
                                : "");
    }
}
