// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.AmqpEngine;
import io.postrider.amqp.sasl.SaslCode;
import io.postrider.amqp.sasl.SaslListener;
import io.postrider.amqp.sasl.SaslServerExchange;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Authenticator.Identity;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslFrameBody;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.jspecify.annotations.Nullable;

/**
 * Carries one SASL exchange between frames and {@link SaslServerExchange} (AMQP 1.0 §5.3). Owned by the connection's event
 * loop; the exchange may answer on any thread.
 *
 * <p>A password is checked elsewhere; until the answer the peer's input waits.
 */
final class SaslHandshake implements SaslListener {
    private final ServerConnection connection;
    private final AmqpEngine engine;
    private final Authenticator authenticator;
    private @Nullable SaslServerExchange exchange;
    private boolean isPending;
    private boolean isDone;

    SaslHandshake(ServerConnection connection, AmqpEngine engine, Authenticator authenticator) {
        this.connection = connection;
        this.engine = engine;
        this.authenticator = authenticator;
    }

    /** Offers what may be used on this connection, now that it is known how it is protected. */
    void start() {
        SaslServerExchange started = new SaslServerExchange(connection.saslSettings(), authenticator);
        exchange = started;
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(started.mechanisms());
        engine.sasl(mechanisms);
    }

    void frame(SaslFrameBody frame) {
        SaslServerExchange current = exchange;
        if (isDone || current == null) {
            return;
        }
        isPending = true;
        if (frame instanceof SaslInit init) {
            current.init(init.getMechanism(), bytes(init.getInitialResponse()), this);
        } else if (frame instanceof SaslResponse response) {
            byte[] answer = bytes(response.getResponse());
            current.response(answer == null ? new byte[0] : answer, this);
        } else {
            failed(
                    SaslCode.AUTH,
                    "Expected an init or a response, but found "
                            + frame.getClass().getSimpleName());
        }
        if (isPending) {
            // The answer comes later: nothing behind this frame may be looked at before.
            engine.pauseInput();
            connection.autoRead(false);
        }
    }

    private static byte @Nullable [] bytes(@Nullable Binary value) {
        return value == null
                ? null
                : Arrays.copyOfRange(
                        value.getArray(), value.getArrayOffset(), value.getArrayOffset() + value.getLength());
    }

    @Override
    public void challenge(byte[] challenge) {
        connection.hand(() -> {
            SaslChallenge frame = new SaslChallenge();
            frame.setChallenge(new Binary(challenge));
            engine.sasl(frame);
            goOn();
        });
    }

    @Override
    public void succeeded(Identity identity) {
        succeeded(identity, null);
    }

    @Override
    public void succeeded(Identity identity, byte @Nullable [] additionalData) {
        connection.hand(() -> {
            isDone = true;
            connection.authenticated(identity);
            outcome(SaslCode.OK, additionalData);
            engine.saslDone();
            goOn();
        });
    }

    @Override
    public void failed(SaslCode code, String reason) {
        connection.hand(() -> {
            isDone = true;
            outcome(code, null);
            connection.authenticationFailed(reason);
            goOn();
        });
    }

    private void goOn() {
        if (isPending) {
            isPending = false;
            connection.autoRead(true);
            engine.resumeInput();
        }
    }

    private void outcome(SaslCode code, byte @Nullable [] additionalData) {
        SaslOutcome outcome = new SaslOutcome();
        outcome.setAdditionalData(additionalData == null ? null : new Binary(additionalData));
        outcome.setCode(
                org.apache.qpid.proton.amqp.security.SaslCode.valueOf(UnsignedByte.valueOf((byte) code.code())));
        engine.sasl(outcome);
    }
}
