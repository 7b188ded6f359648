// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import jakarta.jms.JMSException;

/** Takes {@link jakarta.jms.Message#acknowledge} of a received message: the session it came through. */
@FunctionalInterface
public interface Acknowledger {
    void acknowledge() throws JMSException;
}
