// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.ResourceAllocationException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.engine.Sasl;

/** The client's side of SASL: PLAIN with a user, else ANONYMOUS. Owned by the dialling thread. */
final class SaslExchange {
    private static final String PLAIN = "PLAIN";
    private static final String ANONYMOUS = "ANONYMOUS";

    private final Sasl sasl;
    private final WireSettings settings;
    private boolean isInitSent;

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
        if (!isInitSent && !offered.isEmpty()) {
            init(offered);
            isInitSent = true;
        }
        return switch (sasl.getOutcome()) {
            case PN_SASL_NONE -> false;
            case PN_SASL_OK -> true;
            case PN_SASL_TEMP ->
                throw new ResourceAllocationException(settings + " cannot authenticate anybody at the moment");
            default ->
                throw new JMSSecurityException(settings + " refused "
                        + (settings.user() == null ? "an anonymous client" : "user " + settings.user())
                        + " (SASL outcome " + sasl.getOutcome().getCode() + ")");
        };
    }

    private void init(List<String> offered) throws JMSException {
        String user = settings.user();
        if (user != null && offered.contains(PLAIN)) {
            String password = settings.password() == null ? "" : settings.password();
            byte[] response = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
            sasl.setMechanisms(PLAIN);
            sasl.send(response, 0, response.length);
        } else if (offered.contains(ANONYMOUS)) {
            sasl.setMechanisms(ANONYMOUS);
            sasl.send(new byte[0], 0, 0);
        } else {
            throw new JMSSecurityException("Expected " + settings + " to offer "
                    + (user == null ? ANONYMOUS + ", because no user was given" : PLAIN + " or " + ANONYMOUS)
                    + ", but it offers " + offered);
        }
    }
}
