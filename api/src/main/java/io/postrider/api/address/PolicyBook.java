// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All rules by pattern, and what they mean for an address: for each setting the address' own value wins, then the most specific rule that sets it, an operator's before a configured one, then the
 * default. The rules never change; the memory of what was resolved makes it belong to one thread.
 */
public final class PolicyBook {
    public static final List<PolicyRule> NO_RULES = List.of();

    private static final Comparator<PolicyRule> MOST_SPECIFIC_FIRST =
            Comparator.comparing(PolicyRule::pattern).thenComparing(PolicyRule::isConfigured);

    private final List<PolicyRule> rules;
    private final Map<List<PolicyRule>, AddressPolicy> resolved = new HashMap<>();

    public PolicyBook(Collection<PolicyRule> rules) {
        this.rules = rules.stream().sorted(MOST_SPECIFIC_FIRST).toList();
    }

    /** The most specific first. */
    public List<PolicyRule> rules() {
        return rules;
    }

    /** The rules of the configuration file, the most specific first. */
    public List<PolicyRule> configured() {
        return rules.stream().filter(PolicyRule::isConfigured).toList();
    }

    /** With a rule more, or instead of the one with its pattern and origin. */
    public PolicyBook with(PolicyRule rule) {
        List<PolicyRule> changed = new ArrayList<>(without(rule.pattern(), rule.isConfigured()).rules);
        changed.add(rule);
        return new PolicyBook(changed);
    }

    /** Without the rule of a pattern and an origin, if there is one. */
    public PolicyBook without(AddressPattern pattern, boolean isConfigured) {
        return new PolicyBook(rules.stream()
                .filter(rule ->
                        rule.isConfigured() != isConfigured || !rule.pattern().equals(pattern))
                .toList());
    }

    /** With these rules of the configuration file instead of the present ones. */
    public PolicyBook withConfigured(List<PolicyRule> configured) {
        List<PolicyRule> changed = new ArrayList<>(configured);
        rules.stream().filter(rule -> !rule.isConfigured()).forEach(changed::add);
        return new PolicyBook(changed);
    }

    /** The settings of an address, whether or not it exists. Equal ones are the same object, where the address sets none itself. */
    public AddressPolicy resolve(AddressKey address, PolicyValues own) {
        List<PolicyRule> matching = matching(address);
        return own.isEmpty()
                ? resolved.computeIfAbsent(matching, found -> new AddressPolicy(merged(found)))
                : new AddressPolicy(merged(matching).with(own));
    }

    private List<PolicyRule> matching(AddressKey address) {
        List<PolicyRule> matching = new ArrayList<>();
        for (PolicyRule rule : rules) {
            if (rule.pattern().matches(address.name())) {
                matching.add(rule);
            }
        }
        return matching;
    }

    private static PolicyValues merged(List<PolicyRule> mostSpecificFirst) {
        PolicyValues merged = PolicyValues.NONE;
        for (PolicyRule rule : mostSpecificFirst) {
            merged = rule.values().with(merged);
        }
        return merged;
    }

    /** Every setting of an address and why it holds, in the order of the keys. */
    public List<PolicySetting> explain(AddressKey address, PolicyValues own) {
        EnumMap<PolicyKey, PolicySetting> settings = new EnumMap<>(PolicyKey.class);
        own.forEach((key, value) -> settings.put(key, new PolicySetting(key, value, PolicySetting.OWN)));
        for (PolicyRule rule : matching(address)) {
            rule.values()
                    .forEach((key, value) -> settings.putIfAbsent(key, new PolicySetting(key, value, rule.source())));
        }
        for (PolicyKey key : PolicyKey.values()) {
            settings.putIfAbsent(key, new PolicySetting(key, key.fallback(), PolicySetting.DEFAULT));
        }
        return List.copyOf(settings.values());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PolicyBook that && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }
}
