// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import org.jspecify.annotations.Nullable;

/** Makes destinations by kind, and makes our own of other providers'. */
public final class Destinations {
    private Destinations() {}

    public static PostriderDestination of(DestinationKind kind, String name) {
        return switch (kind) {
            case QUEUE -> new PostriderQueue(name);
            case TOPIC -> new PostriderTopic(name);
            case TEMPORARY_QUEUE -> new PostriderTemporaryQueue(name, null);
            case TEMPORARY_TOPIC -> new PostriderTemporaryTopic(name, null);
        };
    }

    /**
     * Our own destination for any provider's (Jakarta Messaging 3.1 §3.12).
     *
     * @throws InvalidDestinationException if it is null, has no name, or is of no kind we know
     */
    public static PostriderDestination from(@Nullable Destination destination) throws JMSException {
        if (destination instanceof PostriderDestination own) {
            return own;
        }
        if (destination instanceof TemporaryQueue queue) {
            return of(DestinationKind.TEMPORARY_QUEUE, named(queue.getQueueName()));
        }
        if (destination instanceof TemporaryTopic topic) {
            return of(DestinationKind.TEMPORARY_TOPIC, named(topic.getTopicName()));
        }
        if (destination instanceof Queue queue && !(destination instanceof Topic)) {
            return of(DestinationKind.QUEUE, named(queue.getQueueName()));
        }
        if (destination instanceof Topic topic && !(destination instanceof Queue)) {
            return of(DestinationKind.TOPIC, named(topic.getTopicName()));
        }
        throw new InvalidDestinationException("Expected a queue or a topic, but got "
                + (destination == null ? "null" : destination.getClass().getName()));
    }

    private static String named(@Nullable String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new InvalidDestinationException("Expected a destination with a name, but it has none");
        }
        return name;
    }
}
