// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

/** How an exchange ended (AMQP 1.0 §5.3.3.6). */
public enum SaslCode {
    OK(0),
    /** Bad credentials, or a mechanism that was not offered. */
    AUTH(1),
    /** The broker failed. */
    SYS(2),
    /** The broker failed, and trying again will not help. */
    SYS_PERM(3),
    /** The broker cannot tell now; trying again may help. */
    SYS_TEMP(4);

    private final int code;

    SaslCode(int code) {
        this.code = code;
    }

    /** The code on the wire. */
    public int code() {
        return code;
    }
}
