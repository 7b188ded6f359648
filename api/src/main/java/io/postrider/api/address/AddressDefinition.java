// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import org.jspecify.annotations.Nullable;

/**
 * What an address is. Immutable; part of the replicated state.
 *
 * @param settings what is set for this address alone; everything else comes from the rules its name matches
 * @param temporaryOwner id of the connection whose loss deletes the address, or null for a permanent address
 * @param isAutoCreated whether nobody asked for it but by using it, so that it may be deleted once it is not used
 */
public record AddressDefinition(
        AddressKey key,
        AddressKind kind,
        PolicyValues settings,
        @Nullable String temporaryOwner,
        boolean isAutoCreated) {

    /** One that was asked for. */
    public AddressDefinition(AddressKey key, AddressKind kind, PolicyValues settings, @Nullable String temporaryOwner) {
        this(key, kind, settings, temporaryOwner, false);
    }

    /** One that is created by its first use. */
    public static AddressDefinition autoCreated(AddressKey key, AddressKind kind) {
        return new AddressDefinition(key, kind, PolicyValues.NONE, null, true);
    }

    public static AddressDefinition permanent(AddressKey key, AddressKind kind) {
        return permanent(key, kind, PolicyValues.NONE);
    }

    public static AddressDefinition permanent(AddressKey key, AddressKind kind, PolicyValues settings) {
        return new AddressDefinition(key, kind, settings, null);
    }

    public boolean isTemporary() {
        return temporaryOwner != null;
    }

    /** The same address as somebody asks for it. */
    public AddressDefinition asAskedFor() {
        return new AddressDefinition(key, kind, settings, temporaryOwner, false);
    }

    public AddressDefinition withSettings(PolicyValues changed) {
        return new AddressDefinition(key, kind, changed, temporaryOwner, isAutoCreated);
    }
}
