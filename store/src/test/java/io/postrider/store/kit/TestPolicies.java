// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import java.util.List;

/** Short forms of the settings tests give addresses. Stateless. */
public final class TestPolicies {
    private TestPolicies() {}

    /** Settings with an attempts limit and a delay between attempts; empty names stand for none. */
    public static PolicyValues values(int attemptsMax, String deadLetter, String expiry, long delayMs) {
        return PolicyValues.NONE
                .with(PolicyKey.MAX_ATTEMPTS, Integer.toString(attemptsMax))
                .with(PolicyKey.DEAD_LETTER_ADDRESS, deadLetter)
                .with(PolicyKey.EXPIRY_ADDRESS, expiry)
                .with(PolicyKey.REDELIVERY_DELAY, Long.toString(delayMs));
    }

    /** One rule, for every address. */
    public static List<PolicyRule> everywhere(PolicyValues values) {
        return List.of(PolicyRule.configured("#", values));
    }
}
