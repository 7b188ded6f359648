// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;

/**
 * How a message arrived: its bytes, the link it came through and when. Immutable.
 *
 * @param arrivedAtMs wall clock
 */
record Reception(Sections sections, ReceiveContext context, long arrivedAtMs) {

    /** The destination of the link. */
    PostriderDestination destination() {
        return context.destination();
    }

    /** A destination named in the message. */
    PostriderDestination destination(DestinationKind kind, String address) {
        PostriderDestination own = context.destination();
        String name = context.prefixes().name(kind, address);
        return own.kind() == kind && own.name().equals(name) ? own : Destinations.of(kind, name);
    }
}
