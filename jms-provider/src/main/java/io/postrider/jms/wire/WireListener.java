// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import jakarta.jms.JMSException;

/** Hears of the end of a connection that nobody asked for. Called once, on the reader thread, without the lock. */
@FunctionalInterface
public interface WireListener {
    void failed(JMSException cause);
}
