// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.error;

import jakarta.jms.JMSException;
import org.jspecify.annotations.Nullable;

/** The connection to the broker has ended without our doing. Where there is another broker to turn to, it comes back. */
public class LostConnectionException extends JMSException {
    private static final long serialVersionUID = 1L;

    public LostConnectionException(String text, @Nullable String code) {
        super(text, code);
    }
}
