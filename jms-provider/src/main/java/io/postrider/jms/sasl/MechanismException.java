// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

/** An exchange that cannot go on. The text says what was expected and what was found. */
public final class MechanismException extends Exception {
    private static final long serialVersionUID = 1L;

    public MechanismException(String text) {
        super(text);
    }

    public MechanismException(String text, Throwable cause) {
        super(text, cause);
    }
}
