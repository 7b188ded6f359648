// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.AmqpEngine;
import io.postrider.amqp.sasl.SaslCode;
import io.postrider.amqp.sasl.SaslListener;
import io.postrider.amqp.sasl.SaslServerExchange;
import io.postrider.amqp.sasl.SaslSettings;
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
    private final SaslServerExchange exchange;
    private boolean isPending;
    private boolean isDone;

    SaslHandshake(ServerConnection connection, AmqpEngine engine, Authenticator authenticator) {
        this.connection = connection;
        this.engine = engine;
        this.exchange = new SaslServerExchange(SaslSettings.DEFAULT, authenticator);
    }

    void start() {
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(exchange.mechanisms());
        engine.sasl(mechanisms);
    }

    void frame(SaslFrameBody frame) {
        if (isDone) {
            return;
        }
        isPending = true;
        if (frame instanceof SaslInit init) {
            exchange.init(init.getMechanism(), bytes(init.getInitialResponse()), this);
        } else if (frame instanceof SaslResponse response) {
            byte[] answer = bytes(response.getResponse());
            exchange.response(answer == null ? new byte[0] : answer, this);
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
        connection.hand(() -> {
            isDone = true;
            connection.authenticated(identity);
            outcome(SaslCode.OK);
            engine.saslDone();
            goOn();
        });
    }

    @Override
    public void failed(SaslCode code, String reason) {
        connection.hand(() -> {
            isDone = true;
            outcome(code);
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

    private void outcome(SaslCode code) {
        SaslOutcome outcome = new SaslOutcome();
        outcome.setCode(
                org.apache.qpid.proton.amqp.security.SaslCode.valueOf(UnsignedByte.valueOf((byte) code.code())));
        engine.sasl(outcome);
    }
}
