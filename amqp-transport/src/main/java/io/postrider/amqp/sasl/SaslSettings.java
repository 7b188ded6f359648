// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.jspecify.annotations.Nullable;

/**
 * What one connection is offered. Immutable.
 *
 * @param offersPlain whether secrets may be sent as they are: passwords and tokens
 * @param offersAnonymous whether peers may come in without a password, if the authenticator allows it too
 * @param certificateUser the user of the client's verified certificate, or null
 * @param tokens checks bearer tokens, or null if none are taken
 */
public record SaslSettings(
        boolean offersPlain,
        boolean offersAnonymous,
        @Nullable String certificateUser,
        @Nullable TokenChecker tokens) {
    public static final SaslSettings DEFAULT = new SaslSettings(true, true);

    public SaslSettings(boolean offersPlain, boolean offersAnonymous) {
        this(offersPlain, offersAnonymous, null, null);
    }
}
