// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.List;

/**
 * Policies by address name pattern; the most specific pattern wins. Immutable.
 *
 * <p>A pattern is a literal name, or a prefix followed by {@code *}, which matches any rest. A literal beats a prefix, a
 * longer prefix beats a shorter one.
 *
 * @param rules patterns and their policies, in any order
 * @param fallback policy of every name no rule matches
 */
public record PolicyTable(List<Rule> rules, AddressPolicy fallback) {
    public static final PolicyTable DEFAULT = new PolicyTable(List.of(), AddressPolicy.DEFAULT);

    /** One pattern and the policy of the names it matches. */
    public record Rule(String pattern, AddressPolicy policy) {
        boolean matches(String name) {
            return isPrefix() ? name.startsWith(pattern.substring(0, pattern.length() - 1)) : name.equals(pattern);
        }

        boolean isPrefix() {
            return pattern.endsWith("*");
        }

        int specificity() {
            return isPrefix() ? pattern.length() : Integer.MAX_VALUE;
        }
    }

    public PolicyTable {
        rules = List.copyOf(rules);
    }

    /** The policy of an address, whether or not it exists. */
    public AddressPolicy policyFor(AddressKey address) {
        AddressPolicy best = fallback;
        int bestSpecificity = -1;
        for (Rule rule : rules) {
            if (rule.matches(address.name()) && rule.specificity() > bestSpecificity) {
                best = rule.policy();
                bestSpecificity = rule.specificity();
            }
        }
        return best;
    }
}
