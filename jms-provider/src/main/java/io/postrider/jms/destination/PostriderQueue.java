// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.Queue;

/** A queue by name. */
public final class PostriderQueue extends PostriderDestination implements Queue {
    private static final long serialVersionUID = 1L;

    public PostriderQueue(String name) {
        super(DestinationKind.QUEUE, name);
    }

    @Override
    public String getQueueName() {
        return name();
    }
}
