// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import jakarta.jms.JMSException;

/** Takes deliveries. Called on the reader thread under the connection's lock: hand over and return. */
public interface ReceiverListener {
    void delivered(Inbound inbound);

    /**
     * The link is gone.
     *
     * @param isByPeer whether the broker ended this link of its own accord, so that nobody else will report it
     */
    void ended(JMSException cause, boolean isByPeer);
}
