// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.RawAmqpPeer;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A broker that lets nobody in without a password. */
class MissingSaslTest {
    private static final BrokerUnderTest BROKER = BrokerUnderTest.named("passwords")
            .with("auth.anonymous", "false")
            .withUser(LimitedBroker.USER, LimitedBroker.PASSWORD);

    @BeforeAll
    static void start() {
        BROKER.start();
    }

    @AfterAll
    static void stop() {
        BROKER.close();
    }

    @Test
    void plainAmqpHeaderIsAnsweredWithTheSaslHeader() {
        try (RawAmqpPeer peer = RawAmqpPeer.connect(BROKER)) {
            peer.send(RawAmqpPeer.AMQP_HEADER);

            assertArrayEquals(RawAmqpPeer.SASL_HEADER, peer.readBytesToEnd());
        }
    }

    @Test
    void pipelinedOpenWithoutSaslGetsNothing() {
        try (RawAmqpPeer peer = RawAmqpPeer.connect(BROKER)) {
            Open open = new Open();
            open.setContainerId("pipelined");
            peer.trySend(RawAmqpPeer.AMQP_HEADER).trySend(peer.encodeFrame(0, open, new byte[0]));

            byte[] answer = peer.readBytesToEnd();
            assertArrayEquals(Arrays.copyOf(RawAmqpPeer.SASL_HEADER, answer.length), answer);
        }
    }

    @Test
    void anonymousIsNeitherOfferedNorTaken() {
        try (RawAmqpPeer peer = RawAmqpPeer.connect(BROKER)) {
            SaslMechanisms mechanisms = peer.expectMechanisms();
            assertEquals(
                    List.of(Symbol.valueOf("SCRAM-SHA-256"), Symbol.valueOf("PLAIN")),
                    List.of(mechanisms.getSaslServerMechanisms()));
            peer.sendSasl(BeforeOpenTest.init("ANONYMOUS", "guest"));

            assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
            assertEquals(0, peer.readToEnd().size());
        }
    }
}
