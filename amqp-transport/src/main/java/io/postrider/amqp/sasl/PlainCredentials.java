// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The message of PLAIN (RFC 4616 §2). Immutable.
 *
 * <pre>
 *  [authorization id] NUL user NUL password        UTF-8, none of them with a NUL, user and password not empty
 * </pre>
 */
record PlainCredentials(String authorizationId, String user, String password) {

    /** The parsed message, or null if it is malformed. */
    static @Nullable PlainCredentials parse(byte[] message) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        int first = text.indexOf('\0');
        int second = text.indexOf('\0', first + 1);
        boolean hasTwo = first >= 0 && second > first && text.indexOf('\0', second + 1) < 0;
        if (!hasTwo || second == first + 1 || second + 1 == text.length()) {
            return null;
        }
        return new PlainCredentials(
                text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
    }

    byte[] message() {
        return (authorizationId + '\0' + user + '\0' + password).getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the user asks to be nobody but itself. */
    boolean actsAsItself() {
        return authorizationId.isEmpty() || authorizationId.equals(user);
    }

    /** Leaves the password out, so that it cannot reach a log by accident. */
    @Override
    public String toString() {
        return "PlainCredentials[" + user + "]";
    }
}
