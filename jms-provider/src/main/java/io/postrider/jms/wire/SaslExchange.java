// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.sasl.Mechanism;
import io.postrider.jms.sasl.MechanismException;
import io.postrider.jms.sasl.Mechanisms;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.ResourceAllocationException;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.engine.Sasl;
import org.jspecify.annotations.Nullable;

/** Moves the steps of a SASL mechanism between it and the engine. Owned by the dialling thread. */
final class SaslExchange {
    private static final byte[] NOTHING = {};

    private final Sasl sasl;
    private final WireSettings settings;
    private @Nullable Mechanism mechanism;

    SaslExchange(Sasl sasl, WireSettings settings) {
        this.sasl = sasl;
        this.settings = settings;
    }

    /**
     * Takes the next step after input.
     *
     * @return whether the broker let us in
     * @throws JMSException if it did not
     */
    boolean advance() throws JMSException {
        List<String> offered = Arrays.asList(sasl.getRemoteMechanisms());
        try {
            if (mechanism == null && !offered.isEmpty()) {
                init(offered);
                return false;
            }
            Sasl.SaslOutcome outcome = sasl.getOutcome();
            Mechanism chosen = mechanism;
            if (chosen == null || outcome == Sasl.SaslOutcome.PN_SASL_NONE) {
                if (chosen != null && sasl.pending() >= 0 && sasl.getState() == Sasl.SaslState.PN_SASL_STEP) {
                    send(chosen.respond(received()));
                }
                return false;
            }
            return isLetIn(outcome, chosen);
        } catch (MechanismException e) {
            throw JmsErrors.withCause(
                    new JMSSecurityException(settings + " cannot be authenticated to: " + e.getMessage()), e);
        }
    }

    private boolean isLetIn(Sasl.SaslOutcome outcome, Mechanism chosen) throws JMSException, MechanismException {
        return switch (outcome) {
            case PN_SASL_OK -> {
                chosen.checkComplete(received());
                yield true;
            }
            case PN_SASL_TEMP ->
                throw new ResourceAllocationException(settings + " cannot authenticate anybody at the moment");
            default ->
                throw new JMSSecurityException(settings + " refused "
                        + (settings.user() == null ? "an anonymous client" : "user " + settings.user())
                        + " (SASL " + chosen.name() + ", outcome " + outcome.getCode() + ")");
        };
    }

    private byte[] received() {
        int length = sasl.pending();
        if (length <= 0) {
            return NOTHING;
        }
        byte[] bytes = new byte[length];
        sasl.recv(bytes, 0, length);
        return bytes;
    }

    private void send(byte[] response) {
        sasl.send(response, 0, response.length);
    }

    private void init(List<String> offered) throws JMSException {
        List<String> wanted = settings.transport().saslMechanisms();
        boolean hasCertificate = settings.server().scheme().isTls() && TlsContext.hasCertificate(settings.tls());
        Mechanism chosen = Mechanisms.choose(offered, wanted, settings.user(), settings.password(), hasCertificate)
                .orElseThrow(() -> new JMSSecurityException("Expected " + settings + " to offer "
                        + (wanted.isEmpty() ? "a SASL mechanism for " + who() : "one of " + wanted)
                        + ", but it offers " + offered));
        mechanism = chosen;
        sasl.setMechanisms(chosen.name());
        send(chosen.initialResponse());
    }

    private String who() {
        return settings.user() == null ? "no user in particular (ANONYMOUS)" : "a user with a password";
    }
}
