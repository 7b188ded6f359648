// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;

/** Runs calls of the classic API for the simplified one, whose exceptions are unchecked. */
final class Checked {
    private Checked() {}

    interface Call<T> {
        T call() throws JMSException;
    }

    interface Action {
        void run() throws JMSException;
    }

    static <T> T get(Call<T> call) {
        try {
            return call.call();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    static void run(Action action) {
        try {
            action.run();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }
}
