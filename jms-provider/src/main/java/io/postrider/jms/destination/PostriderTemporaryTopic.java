// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.JMSException;
import jakarta.jms.TemporaryTopic;
import org.jspecify.annotations.Nullable;

/** A temporary topic; one that came in a message has no owner here and cannot be deleted. */
public final class PostriderTemporaryTopic extends PostriderDestination implements TemporaryTopic {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable TemporaryOwner owner;

    public PostriderTemporaryTopic(String name, @Nullable TemporaryOwner owner) {
        super(DestinationKind.TEMPORARY_TOPIC, name);
        this.owner = owner;
    }

    @Override
    public String getTopicName() {
        return name();
    }

    @Override
    public void delete() throws JMSException {
        TemporaryOwner.delete(owner, this);
    }
}
