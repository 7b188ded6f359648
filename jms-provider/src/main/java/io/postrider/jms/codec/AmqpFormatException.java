// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.codec;

/** Bytes that are not what AMQP 1.0 says they should be, or a value that has no AMQP form. */
public final class AmqpFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AmqpFormatException(String text) {
        super(text);
    }
}
