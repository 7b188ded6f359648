// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;

/** A connection that several contexts use; it closes with the last of them (§2.8). Any thread. */
final class SharedConnection {
    private final Connection connection;
    private int users = 1;

    SharedConnection(Connection connection) {
        this.connection = connection;
    }

    Connection get() {
        return connection;
    }

    synchronized void join() {
        users++;
    }

    synchronized boolean isShared() {
        return users > 1;
    }

    void leave() throws JMSException {
        synchronized (this) {
            users--;
            if (users > 0) {
                return;
            }
        }
        connection.close();
    }
}
