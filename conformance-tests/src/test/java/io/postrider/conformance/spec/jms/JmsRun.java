// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.ConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A client and the broker it talks to. */
public enum JmsRun {
    POSTRIDER(false, "our client on our broker"),
    QPID(false, "Qpid JMS on our broker"),
    ARTEMIS(true, "our client on Artemis");

    private final boolean isForeignBroker;
    private final String title;

    JmsRun(boolean isForeignBroker, String title) {
        this.isForeignBroker = isForeignBroker;
        this.title = title;
    }

    boolean isForeignBroker() {
        return isForeignBroker;
    }

    /** @param options such as {@code ?jms.clientID=x}, or nothing */
    ConnectionFactory factory(Endpoint broker, String options) {
        String uri = "amqp://" + broker.host() + ":" + broker.amqpPort() + options;
        return this == QPID ? new JmsConnectionFactory(uri) : new PostriderConnectionFactory(uri);
    }

    @Override
    public String toString() {
        return title;
    }
}
