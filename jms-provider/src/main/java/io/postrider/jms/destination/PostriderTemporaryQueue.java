// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.JMSException;
import jakarta.jms.TemporaryQueue;
import org.jspecify.annotations.Nullable;

/** A temporary queue; one that came in a message has no owner here and cannot be deleted. */
public final class PostriderTemporaryQueue extends PostriderDestination implements TemporaryQueue {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable TemporaryOwner owner;

    public PostriderTemporaryQueue(String name, @Nullable TemporaryOwner owner) {
        super(DestinationKind.TEMPORARY_QUEUE, name);
        this.owner = owner;
    }

    @Override
    public String getQueueName() {
        return name();
    }

    @Override
    public void delete() throws JMSException {
        TemporaryOwner.delete(owner, this);
    }
}
