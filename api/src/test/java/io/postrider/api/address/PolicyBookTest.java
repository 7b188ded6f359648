// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyBookTest {
    private static final AddressKey ORDERS = AddressKey.of("orders.eu");

    private static PolicyValues attempts(int count) {
        return PolicyValues.of(PolicyKey.MAX_ATTEMPTS, Integer.toString(count));
    }

    private static final PolicyBook BOOK = new PolicyBook(List.of(
            PolicyRule.configured("#", attempts(1).with(PolicyKey.EXPIRY_ADDRESS, "late")),
            PolicyRule.of("orders.#", attempts(2).with(PolicyKey.DEAD_LETTER_ADDRESS, "orders.dead")),
            PolicyRule.configured("orders.*", attempts(3))));

    private static PolicySetting find(List<PolicySetting> settings, PolicyKey key) {
        return settings.stream()
                .filter(setting -> setting.key() == key)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachSettingComesFromTheMostSpecificRuleThatSetsIt() {
        AddressPolicy policy = BOOK.resolve(ORDERS, PolicyValues.NONE);

        assertEquals(3, policy.number(PolicyKey.MAX_ATTEMPTS));
        assertEquals("orders.dead", policy.text(PolicyKey.DEAD_LETTER_ADDRESS));
        assertEquals("late", policy.text(PolicyKey.EXPIRY_ADDRESS));
        assertEquals(0, policy.number(PolicyKey.REDELIVERY_DELAY));
    }

    @Test
    void anAddressOwnSettingWins() {
        assertEquals(7, BOOK.resolve(ORDERS, attempts(7)).number(PolicyKey.MAX_ATTEMPTS));
    }

    @Test
    void anOperatorsRuleWinsOverAConfiguredOneOfItsPattern() {
        PolicyBook changed = BOOK.with(PolicyRule.of("orders.*", attempts(4)));

        assertEquals(4, changed.resolve(ORDERS, PolicyValues.NONE).number(PolicyKey.MAX_ATTEMPTS));
        assertEquals(
                3,
                changed.without(new AddressPattern("orders.*"), false)
                        .resolve(ORDERS, PolicyValues.NONE)
                        .number(PolicyKey.MAX_ATTEMPTS));
    }

    @Test
    void itSaysWhyEachSettingHolds() {
        List<PolicySetting> settings = BOOK.explain(ORDERS, PolicyValues.of(PolicyKey.AUTO_CREATE, "false"));

        assertEquals(PolicyKey.values().length, settings.size());
        assertEquals("the address itself", find(settings, PolicyKey.AUTO_CREATE).source());
        assertEquals(
                "configuration file, orders.*",
                find(settings, PolicyKey.MAX_ATTEMPTS).source());
        assertEquals(
                "policy orders.#", find(settings, PolicyKey.DEAD_LETTER_ADDRESS).source());
        assertEquals(
                "configuration file, #",
                find(settings, PolicyKey.EXPIRY_ADDRESS).source());
        assertEquals("default", find(settings, PolicyKey.REDELIVERY_DELAY).source());
    }

    @Test
    void addressesOfTheSameRulesShareTheirPolicy() {
        assertSame(
                BOOK.resolve(ORDERS, PolicyValues.NONE), BOOK.resolve(AddressKey.of("orders.us"), PolicyValues.NONE));
    }

    @Test
    void theConfigurationFileReplacesItsRulesAndNoOthers() {
        PolicyBook changed = BOOK.withConfigured(List.of(PolicyRule.configured("pay", attempts(9))));

        assertEquals(
                List.of("pay", "orders.#"),
                changed.rules().stream().map(rule -> rule.pattern().text()).toList());
    }
}
