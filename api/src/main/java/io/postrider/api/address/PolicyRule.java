// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

/**
 * What holds for every address whose name matches a pattern. Immutable; part of the replicated state.
 *
 * @param isConfigured whether it came from the configuration file, which replaces its rules at each start; an operator's rule for the same pattern wins over it
 */
public record PolicyRule(AddressPattern pattern, PolicyValues values, boolean isConfigured) {

    /** A rule an operator made. */
    public static PolicyRule of(String pattern, PolicyValues values) {
        return new PolicyRule(new AddressPattern(pattern), values, false);
    }

    /** A rule of the configuration file. */
    public static PolicyRule configured(String pattern, PolicyValues values) {
        return new PolicyRule(new AddressPattern(pattern), values, true);
    }

    /** Who says so, in words. */
    public String source() {
        return (isConfigured ? "configuration file, " : "policy ") + pattern;
    }
}
