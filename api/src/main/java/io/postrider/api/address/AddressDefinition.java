// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import org.jspecify.annotations.Nullable;

/**
 * What an address is. Immutable; part of the replicated state.
 *
 * @param temporaryOwner id of the connection whose loss deletes the address, or null for a permanent address
 */
public record AddressDefinition(
        AddressKey key,
        AddressKind kind,
        AddressPolicy policy,
        @Nullable String temporaryOwner) {

    public static AddressDefinition permanent(AddressKey key, AddressKind kind, AddressPolicy policy) {
        return new AddressDefinition(key, kind, policy, null);
    }

    public boolean isTemporary() {
        return temporaryOwner != null;
    }
}
