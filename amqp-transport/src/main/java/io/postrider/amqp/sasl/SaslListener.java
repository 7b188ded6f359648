// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.port.Authenticator.Identity;

/**
 * Hears how an exchange goes on: one call for each frame of the peer. May be called during the call that passed the frame
 * on, or later on a thread of the authenticator; whoever implements it hands over to its own thread.
 */
public interface SaslListener {

    /** Send a challenge and pass the response on. */
    void challenge(byte[] challenge);

    /** Send an outcome with code {@code ok}; the peer is this user. */
    void succeeded(Identity identity);

    /**
     * Send an outcome with code {@code ok} and more to go with it.
     *
     * @param additionalData what the mechanism has to say last, as SCRAM's proof that we knew the verifier
     */
    void succeeded(Identity identity, byte[] additionalData);

    /**
     * Send an outcome with this code, then close.
     *
     * @param reason for our log; the wire tells only the code
     */
    void failed(SaslCode code, String reason);
}
