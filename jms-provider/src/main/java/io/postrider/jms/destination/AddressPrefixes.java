// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

/**
 * Prefixes a broker wants before the names of queues and topics. Immutable.
 *
 * @param queue empty if none
 * @param topic empty if none
 */
public record AddressPrefixes(String queue, String topic) {
    public static final AddressPrefixes NONE = new AddressPrefixes("", "");

    /** The address of a destination. Temporary names are the broker's own and are never prefixed. */
    public String address(PostriderDestination destination) {
        String prefix = prefix(destination.kind());
        return prefix.isEmpty() ? destination.name() : prefix + destination.name();
    }

    /** The name behind an address. */
    public String name(DestinationKind kind, String address) {
        String prefix = prefix(kind);
        return address.startsWith(prefix) ? address.substring(prefix.length()) : address;
    }

    private String prefix(DestinationKind kind) {
        return switch (kind) {
            case QUEUE -> queue;
            case TOPIC -> topic;
            case TEMPORARY_QUEUE, TEMPORARY_TOPIC -> "";
        };
    }
}
