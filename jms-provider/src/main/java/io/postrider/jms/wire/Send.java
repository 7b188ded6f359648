// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.RemoteError;
import jakarta.jms.JMSException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to the broker. It ends exactly once: settled, refused, or failed with the link or connection.
 */
public abstract class Send {
    private boolean isDone;

    /**
     * The end, on the reader thread or on a closing thread, under the connection's lock: hand over and return.
     *
     * @param failure null if the broker has accepted the message
     */
    protected abstract void ended(@Nullable JMSException failure);

    final boolean isDone() {
        return isDone;
    }

    final void settled(WireOutcome outcome, RemoteError error, String address) {
        switch (outcome) {
            case ACCEPTED -> end(null);
            case REJECTED -> end(JmsErrors.link("The broker refused a message to " + address, error));
            default ->
                end(new JMSException("The broker did not keep a message to " + address + " (it was "
                        + outcome.name().toLowerCase(Locale.ROOT) + "); it may be sent again"));
        }
    }

    final void end(@Nullable JMSException failure) {
        if (!isDone) {
            isDone = true;
            ended(failure);
        }
    }
}
