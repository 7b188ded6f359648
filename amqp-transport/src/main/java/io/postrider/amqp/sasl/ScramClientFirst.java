// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A client's first message of SCRAM (RFC 5802 §7). Immutable.
 *
 * <pre>
 *  (n|y),[a=authorization id],n=user,r=nonce        a comma in a name is written =2C, an equals sign =3D
 * </pre>
 *
 * @param binding what the final message must repeat: the part before the user, in Base64
 * @param bare the part from the user on
 */
record ScramClientFirst(String binding, String bare, String user, String nonce) {
    private static final int NONCE_LENGTH_MIN = 8;

    /** The parsed message, or null if it is malformed or asks for what is not offered. */
    static @Nullable ScramClientFirst parse(byte[] message) {
        String text = new String(message, StandardCharsets.UTF_8);
        int first = text.indexOf(',');
        int second = text.indexOf(',', first + 1);
        if (first != 1 || second < 0 || (text.charAt(0) != 'n' && text.charAt(0) != 'y')) {
            return null;
        }
        String header = text.substring(0, second + 1);
        String bare = text.substring(second + 1);
        int comma = bare.indexOf(',');
        if (comma < 0 || !bare.startsWith("n=") || !bare.startsWith("r=", comma + 1)) {
            return null;
        }
        String user = unescaped(bare.substring(2, comma));
        String nonce = bare.substring(comma + 3);
        int extension = nonce.indexOf(',');
        if (extension >= 0) {
            nonce = nonce.substring(0, extension);
        }
        if (user == null || user.isEmpty() || nonce.length() < NONCE_LENGTH_MIN || !actsAs(user, text, first, second)) {
            return null;
        }
        String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
        return new ScramClientFirst(binding, bare, user, nonce);
    }

    private static boolean actsAs(String user, String text, int first, int second) {
        String authorization = text.substring(first + 1, second);
        return authorization.isEmpty()
                || (authorization.startsWith("a=") && user.equals(unescaped(authorization.substring(2))));
    }

    private static @Nullable String unescaped(String name) {
        String rest = name.replace("=2C", "").replace("=3D", "");
        return rest.indexOf('=') >= 0 ? null : name.replace("=2C", ",").replace("=3D", "=");
    }
}
