// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.message.Message;

/** An open sending endpoint. Any one thread at a time; calls keep their order. */
public interface Producer {
    /** Token of a publish whose fate nobody wants to know (a pre-settled transfer). */
    long NO_REPLY = -1;

    AddressDefinition address();

    /**
     * Publishes a message.
     *
     * @param token echoed in {@link ProducerListener#published}; at least 0, or {@link #NO_REPLY}
     */
    void publish(Message message, long token);

    void close();
}
