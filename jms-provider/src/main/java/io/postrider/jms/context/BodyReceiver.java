// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A consumer that can hand out bodies, and keep a message whose body is not the one wanted (§8.6). */
public interface BodyReceiver extends MessageConsumer {
    /** Value of a timeout that waits for ever. */
    long FOREVER = -1;

    /**
     * @param timeoutMs 0 for what is there now, {@link #FOREVER} to wait
     * @param taken told which message the body, or the failure, is of
     * @return null if there is no message in time
     * @throws jakarta.jms.MessageFormatException if the message has no body of the class; in the modes in which the session
     *     acknowledges, the same message comes next
     */
    <T> @Nullable T receiveBody(Class<T> type, long timeoutMs, Consumer<Message> taken) throws JMSException;
}
