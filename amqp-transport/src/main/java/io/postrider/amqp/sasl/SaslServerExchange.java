// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.port.Authenticator;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The broker's side of one SASL exchange (AMQP 1.0 §5.3.2). Owned by the connection's thread; for one exchange.
 *
 * <p>Offer {@link #mechanisms}, pass the peer's init and responses on, and send what the {@link SaslListener} says.
 */
public final class SaslServerExchange {
    private final List<SaslServerMechanism> offered = new ArrayList<>();
    private @Nullable SaslServerMechanism chosen;

    public SaslServerExchange(SaslSettings settings, Authenticator authenticator) {
        // Several clients take the first they know: strongest first.
        String certificateUser = settings.certificateUser();
        if (certificateUser != null) {
            offered.add(new ExternalServer(authenticator, certificateUser));
        }
        if (authenticator.hasVerifiers()) {
            offered.add(new ScramServer(authenticator));
        }
        TokenChecker tokens = settings.tokens();
        if (tokens != null && settings.offersPlain()) {
            offered.add(new BearerServer(SaslMechanismNames.OAUTHBEARER, tokens));
            offered.add(new BearerServer(SaslMechanismNames.XOAUTH2, tokens));
        }
        if (settings.offersPlain()) {
            offered.add(new PlainServer(authenticator));
        }
        if (settings.offersAnonymous() && authenticator.allowsAnonymous()) {
            offered.add(new AnonymousServer());
        }
    }

    /** Names of the mechanisms to offer, best first. */
    public Symbol[] mechanisms() {
        return offered.stream().map(SaslServerMechanism::name).toArray(Symbol[]::new);
    }

    /**
     * The peer's init.
     *
     * @param initialResponse null if the frame had none
     */
    public void init(@Nullable Symbol mechanism, byte @Nullable [] initialResponse, SaslListener listener) {
        if (chosen != null) {
            listener.failed(SaslCode.AUTH, "Expected one init, but found another");
            return;
        }
        for (SaslServerMechanism candidate : offered) {
            if (candidate.name().equals(mechanism)) {
                chosen = candidate;
                candidate.init(initialResponse, listener);
                return;
            }
        }
        listener.failed(SaslCode.AUTH, "Expected a mechanism that was offered, but found " + mechanism);
    }

    /** The peer's response to a challenge. */
    public void response(byte[] response, SaslListener listener) {
        if (chosen == null) {
            listener.failed(SaslCode.AUTH, "Expected an init, but found a response");
        } else {
            chosen.response(response, listener);
        }
    }
}
