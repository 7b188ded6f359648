// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;

/** Says whose a bearer token is. Any thread may call; the reply may come on another one. */
@FunctionalInterface
public interface TokenChecker {
    /** @param reply rejected with {@code UNAUTHORIZED} and why, for our log, if the token is no good */
    void check(String token, Reply<Identity> reply);
}
