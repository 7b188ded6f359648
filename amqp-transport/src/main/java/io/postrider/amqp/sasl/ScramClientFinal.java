// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A client's final message of SCRAM (RFC 5802 §7). Immutable.
 *
 * <pre>
 *  c=binding,r=nonce,p=proof
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ScramClientFinal(String binding, String nonce, String withoutProof, byte[] proof) {

    /** The parsed message, or null if it is malformed. */
    static @Nullable ScramClientFinal parse(byte[] message) {
        String text = new String(message, StandardCharsets.UTF_8);
        int proofAt = text.lastIndexOf(",p=");
        int nonceAt = text.indexOf(",r=");
        if (!text.startsWith("c=") || nonceAt < 0 || proofAt < nonceAt) {
            return null;
        }
        String nonce = text.substring(nonceAt + 3, proofAt);
        int extension = nonce.indexOf(',');
        try {
            return new ScramClientFinal(
                    text.substring(2, nonceAt),
                    extension < 0 ? nonce : nonce.substring(0, extension),
                    text.substring(0, proofAt),
                    Base64.getDecoder().decode(text.substring(proofAt + 3)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
