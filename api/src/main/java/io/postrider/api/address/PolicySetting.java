// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

/**
 * One setting of one address, and why it holds. Immutable.
 *
 * @param value canonical text
 * @param source who set it, in words: the address itself, a policy by its pattern, or nobody
 */
public record PolicySetting(PolicyKey key, String value, String source) {
    public static final String OWN = "the address itself";
    public static final String DEFAULT = "default";
}
