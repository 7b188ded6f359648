// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.Attach;

/** The priority a consumer asks for in the properties of its attach, under RabbitMQ's name or a plain one. Stateless. */
final class ConsumerPriority {
    private static final Symbol RABBIT = Symbol.valueOf("rabbitmq:priority");
    private static final Symbol PLAIN = Symbol.valueOf("priority");

    private ConsumerPriority() {}

    /** What it asks for, cut to an int; 0 if it says nothing, or nothing that is a number. */
    static int of(Attach attach) {
        Map<?, ?> properties = attach.getProperties();
        if (properties == null) {
            return 0;
        }
        Object value = properties.get(RABBIT);
        if (!(value instanceof Number)) {
            value = properties.get(PLAIN);
        }
        return value instanceof Number number
                ? (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number.longValue()))
                : 0;
    }
}
