// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors

import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;

/** Sends a message and receives it, in plain Jakarta Messaging; only the factory is ours. */
public final class Hello {
    public static void main(String[] args) {
        String uri = args.length > 0 ? args[0] : "amqp://localhost:5672";
        try (JMSContext context = new PostriderConnectionFactory(uri).createContext()) {
            Queue queue = context.createQueue("hello");
            context.createProducer().send(queue, "hello from JMS"); // returns once the broker has it on disk
            System.out.println(context.createConsumer(queue).receiveBody(String.class, 5000));
        }
    }
}
