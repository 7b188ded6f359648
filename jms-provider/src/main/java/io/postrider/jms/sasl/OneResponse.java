// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

import java.nio.charset.StandardCharsets;

/** Mechanisms that say everything in their first response: ANONYMOUS, EXTERNAL, PLAIN, OAUTHBEARER and XOAUTH2. */
final class OneResponse implements Mechanism {
    private final String name;
    private final byte[] response;
    private boolean isAsked;

    OneResponse(String name, String response) {
        this.name = name;
        this.response = response.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte[] initialResponse() {
        return response.clone();
    }

    /**
     * Some brokers ignore the initial response and ask for it with an empty challenge. With a token, a challenge that is not
     * empty says why it was refused, and wants one more byte before the outcome (RFC 7628 §3.2.3).
     */
    @Override
    public byte[] respond(byte[] challenge) throws MechanismException {
        if (isAsked) {
            throw new MechanismException("Expected an outcome of " + name + ", but got a second challenge");
        }
        isAsked = true;
        if (challenge.length == 0) {
            return response.clone();
        }
        if (name.endsWith("BEARER")) {
            return new byte[] {1};
        }
        return new byte[0];
    }
}
