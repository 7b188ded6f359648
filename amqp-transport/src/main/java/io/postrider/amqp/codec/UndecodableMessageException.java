// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

/** The bytes of a message are not what AMQP 1.0 §3.2 allows. The text names the section and the position. */
public final class UndecodableMessageException extends RuntimeException {

    /** @param position byte in the payload, counted from 0 */
    UndecodableMessageException(String place, int position, String problem) {
        super(problem + " [" + place + ", byte " + position + "]");
    }

    /** Bad bytes are the peer's doing, and may come by the thousand: our own stack would tell nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
