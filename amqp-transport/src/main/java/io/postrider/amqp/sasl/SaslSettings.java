// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

/**
 * What a listener offers. Immutable.
 *
 * @param offersPlain whether passwords may be sent as they are; sensible on loopback, private networks or below TLS
 * @param offersAnonymous whether peers may come in without a password, if the authenticator allows it too
 */
public record SaslSettings(boolean offersPlain, boolean offersAnonymous) {
    public static final SaslSettings DEFAULT = new SaslSettings(true, true);
}
