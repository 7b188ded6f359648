// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** The client's side of one mechanism, for one exchange. Owned by the thread that opens the connection. */
public interface SaslClientMechanism {

    Symbol name();

    /** What the init carries; may be empty. */
    byte[] initialResponse();

    /**
     * Answers a challenge.
     *
     * @throws IllegalStateException if the mechanism has nothing more to say
     */
    default byte[] respond(byte[] challenge) {
        throw new IllegalStateException("Expected no challenge with " + name());
    }

    /**
     * The strongest mechanism that the broker offers and these credentials suffice for.
     *
     * @param offered as in the mechanisms frame
     * @param user null for none
     * @param password null for none
     * @param isKnownByCertificate whether the TLS handshake showed a certificate of ours
     * @return null if there is none
     */
    static @Nullable SaslClientMechanism choose(
            Set<Symbol> offered, @Nullable String user, @Nullable String password, boolean isKnownByCertificate) {
        if (isKnownByCertificate && offered.contains(SaslMechanismNames.EXTERNAL)) {
            return new ExternalClient();
        }
        if (user != null && password != null && offered.contains(SaslMechanismNames.PLAIN)) {
            if (!user.isEmpty() && !password.isEmpty()) {
                return new PlainClient(user, password);
            }
        }
        return offered.contains(SaslMechanismNames.ANONYMOUS) ? new AnonymousClient() : null;
    }
}
