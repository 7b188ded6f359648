// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.Topic;

/** A topic by name. */
public final class PostriderTopic extends PostriderDestination implements Topic {
    private static final long serialVersionUID = 1L;

    public PostriderTopic(String name) {
        super(DestinationKind.TOPIC, name);
    }

    @Override
    public String getTopicName() {
        return name();
    }
}
