// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import org.jspecify.annotations.Nullable;

/**
 * Sends on what comes to some addresses. Immutable; part of the replicated state.
 *
 * @param name what operators call it; unique
 * @param source pattern of the names whose messages it takes
 * @param target queue or topic they go to; a queue is created if it is not there
 * @param selector JMS selector text: only what it matches is sent on; null for everything
 * @param isMove whether what is sent on does not stay at its source
 */
public record ForwardRule(
        String name,
        AddressPattern source,
        AddressKey target,
        @Nullable String selector,
        boolean isMove) {
    public ForwardRule {
        if (name.isEmpty() || name.length() > AddressKey.NAME_BYTES_MAX) {
            throw new IllegalArgumentException("Expected a forward rule's name of 1 to " + AddressKey.NAME_BYTES_MAX
                    + " characters, but got " + name.length());
        }
        if (source.matches(target.name())) {
            throw new IllegalArgumentException("Expected a target that the rule does not take from, but '" + source
                    + "' matches '" + target + "'");
        }
    }
}
