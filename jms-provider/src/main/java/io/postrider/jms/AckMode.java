// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Session;

/** When and how a session acknowledges. */
enum AckMode {
    AUTO(Session.AUTO_ACKNOWLEDGE),
    CLIENT(Session.CLIENT_ACKNOWLEDGE),
    DUPS_OK(Session.DUPS_OK_ACKNOWLEDGE),
    /** With the transaction. */
    TRANSACTED(Session.SESSION_TRANSACTED),
    /** Each message by itself, when the application says so. */
    INDIVIDUAL(101),
    /** Never: the broker is done with a message when it has sent it. */
    NONE(100);

    private static final int NONE_TOO = 257;

    private final int code;

    AckMode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Whether the application acknowledges. */
    boolean isManual() {
        return this == CLIENT || this == INDIVIDUAL;
    }

    /** Whether a message stays without an outcome after the application has seen it. */
    boolean keepsOpen() {
        return isManual() || this == TRANSACTED;
    }

    static AckMode of(int code) throws JMSException {
        if (code == NONE_TOO) {
            return NONE;
        }
        for (AckMode mode : values()) {
            if (mode.code == code) {
                return mode;
            }
        }
        throw new JMSException("Expected an acknowledgement mode of 0, 1, 2, 3, 100, 101 or 257, but got " + code);
    }
}
