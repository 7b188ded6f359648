// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

/**
 * The full name of an address: the virtual host it lives in and its name there. Immutable.
 *
 * @param virtualHost name of the virtual host; {@link #DEFAULT_VIRTUAL_HOST} unless configured otherwise
 * @param name case-sensitive, 1 to {@value #NAME_BYTES_MAX} bytes of UTF-8, without control characters
 */
public record AddressKey(String virtualHost, String name) implements Comparable<AddressKey> {
    public static final String DEFAULT_VIRTUAL_HOST = "default";
    public static final int NAME_BYTES_MAX = 255;

    public static AddressKey of(String name) {
        return new AddressKey(DEFAULT_VIRTUAL_HOST, name);
    }

    @Override
    public int compareTo(AddressKey other) {
        int byHost = virtualHost.compareTo(other.virtualHost);
        return byHost != 0 ? byHost : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return virtualHost.equals(DEFAULT_VIRTUAL_HOST) ? name : virtualHost + "/" + name;
    }
}
