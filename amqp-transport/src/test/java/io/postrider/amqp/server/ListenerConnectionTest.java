// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.RawPeer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Coming in, staying and going, over real sockets: headers, SASL, open, timeouts, shutdown, bad input. */
class ListenerConnectionTest {
    private ListenerFixture fixture;

    private int start(AmqpSettings settings, boolean allowsAnonymous) throws Exception {
        fixture = new ListenerFixture(1, settings, allowsAnonymous);
        return fixture.port;
    }

    private int start() throws Exception {
        return start(ListenerFixture.SETTINGS, true);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static String closeCondition(RawPeer peer) throws Exception {
        return peer.expect(Close.class).getError().getCondition().toString();
    }

    @Test
    void everythingMayBePipelinedBehindPlain() throws Exception {
        int port = start(ListenerFixture.SETTINGS, false);
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.join(
                    Frames.SASL_HEADER,
                    Frames.frame(1, 0, Frames.saslInit("PLAIN", Frames.plain("alice", "ecila")), new byte[0]),
                    Frames.AMQP_HEADER,
                    Frames.frame(0, Frames.open("c")),
                    Frames.frame(0, Frames.begin()),
                    Frames.frame(0, Frames.sender("s", 0, "q"))));

            peer.expectHeader(Frames.SASL_HEADER);
            assertEquals(
                    "[PLAIN]", Arrays.toString(peer.expect(SaslMechanisms.class).getSaslServerMechanisms()));
            assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
            peer.expectHeader(Frames.AMQP_HEADER);
            Open open = peer.expect(Open.class);
            assertTrue(Arrays.asList(open.getOfferedCapabilities()).contains(Symbol.valueOf("ANONYMOUS-RELAY")));
            assertEquals("Postrider", open.getProperties().get(Symbol.valueOf("product")));
            peer.expect(Begin.class);
            peer.expect(Attach.class);
            assertEquals(1000, peer.expect(Flow.class).getLinkCredit().intValue());
        }
    }

    @Test
    void wrongPasswordEndsInAnOutcome() throws Exception {
        int port = start();
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.SASL_HEADER);
            peer.write(Frames.frame(1, 0, Frames.saslInit("PLAIN", Frames.plain("alice", "wrong")), new byte[0]));

            peer.expectHeader(Frames.SASL_HEADER);
            peer.expect(SaslMechanisms.class);
            assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
            peer.expectEnd();
        }
    }

    @Test
    void mechanismThatWasNotOfferedEndsInAnOutcome() throws Exception {
        int port = start(ListenerFixture.SETTINGS, false);
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.SASL_HEADER);
            peer.write(Frames.frame(1, 0, Frames.saslInit("ANONYMOUS", new byte[0]), new byte[0]));

            peer.expectHeader(Frames.SASL_HEADER);
            peer.expect(SaslMechanisms.class);
            assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
            peer.expectEnd();
        }
    }

    @Test
    void plainHeaderNeedsAnonymousAccess() throws Exception {
        int port = start(ListenerFixture.SETTINGS, false);
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.AMQP_HEADER);

            peer.expectHeader(Frames.SASL_HEADER);
            peer.expectEnd();
        }
    }

    @Test
    void whatIsNotAmqpIsAnsweredWithAHeaderAndTheEnd() throws Exception {
        int port = start();
        try (RawPeer peer = new RawPeer(port)) {
            peer.write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));

            peer.expectHeader(Frames.SASL_HEADER);
            peer.expectEnd();
        }
    }

    @Test
    void secondHolderOfASoleContainerIsRefusedTheWayJmsClientsKnow() throws Exception {
        int port = start();
        Open open = Frames.open("client-1");
        open.setDesiredCapabilities(Symbol.valueOf("sole-connection-for-container"));
        try (RawPeer first = new RawPeer(port);
                RawPeer second = new RawPeer(port)) {
            first.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open)));
            first.expectHeader(Frames.AMQP_HEADER);
            first.expect(Open.class);

            second.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open)));

            second.expectHeader(Frames.AMQP_HEADER);
            assertEquals(
                    true,
                    second.expect(Open.class)
                            .getProperties()
                            .get(Symbol.valueOf("amqp:connection-establishment-failed")));
            Close close = second.expect(Close.class);
            assertEquals("amqp:invalid-field", close.getError().getCondition().toString());
            assertEquals(
                    Map.of(Symbol.valueOf("invalid-field"), Symbol.valueOf("container-id")),
                    close.getError().getInfo());
        }
    }

    @Test
    void containerIsFreeAgainWhenItsSocketIsGone() throws Exception {
        int port = start();
        Open open = Frames.open("client-1");
        open.setDesiredCapabilities(Symbol.valueOf("sole-connection-for-container"));
        try (RawPeer first = new RawPeer(port)) {
            first.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open)));
            first.expectHeader(Frames.AMQP_HEADER);
            first.expect(Open.class);
        }
        await().until(() -> fixture.listener.connectionCount() == 0);

        try (RawPeer second = new RawPeer(port)) {
            second.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open), Frames.frame(0, Frames.begin())));
            second.expectHeader(Frames.AMQP_HEADER);
            second.expect(Open.class);
            second.expect(Begin.class);
        }
    }

    @Test
    void idleTimeoutWeCannotServeIsRefused() throws Exception {
        int port = start();
        Open open = Frames.open("c");
        open.setIdleTimeOut(UnsignedInteger.valueOf(100));
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open)));

            peer.expectHeader(Frames.AMQP_HEADER);
            peer.expect(Open.class);
            assertEquals("amqp:not-allowed", closeCondition(peer));
        }
    }

    @Test
    void peerIsKeptAliveByEmptyFrames() throws Exception {
        int port = start();
        Open open = Frames.open("c");
        open.setIdleTimeOut(UnsignedInteger.valueOf(1000));
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, open)));
            peer.expectHeader(Frames.AMQP_HEADER);
            peer.expect(Open.class);

            peer.readTimeoutMs(1000);
            for (int i = 0; i < 3; i++) {
                assertEquals(null, peer.read().body());
            }
        }
    }

    @Test
    void silentPeerIsGivenUp() throws Exception {
        int port = start(ListenerFixture.SETTINGS.withTimeouts(600, 5000), true);
        try (RawPeer peer = RawPeer.begun(port, "c")) {
            assertEquals("amqp:resource-limit-exceeded", closeCondition(peer));
            await().until(() -> fixture.broker.closedConnections().size() == 1);
        }
    }

    @Test
    void peerThatNeverOpensIsGivenUp() throws Exception {
        int port = start(ListenerFixture.SETTINGS.withTimeouts(0, 300), true);
        try (RawPeer peer = new RawPeer(port)) {
            peer.write(Frames.SASL_HEADER);
            peer.expectHeader(Frames.SASL_HEADER);
            peer.expect(SaslMechanisms.class);

            peer.expectEnd();
        }
    }

    @Test
    void connectionBeyondTheLimitIsToldSo() throws Exception {
        int port = start(ListenerFixture.SETTINGS.withLimits(1, 65536, 1 << 20), true);
        try (RawPeer first = RawPeer.begun(port, "a");
                RawPeer second = new RawPeer(port)) {
            second.write(Frames.join(Frames.AMQP_HEADER, Frames.frame(0, Frames.open("b"))));

            second.expectHeader(Frames.AMQP_HEADER);
            second.expect(Open.class);
            assertEquals("amqp:resource-limit-exceeded", closeCondition(second));
            first.attachSender("s", 0, "q");
        }
    }

    @Test
    void closeIsAnsweredAndTheSocketClosed() throws Exception {
        int port = start();
        try (RawPeer peer = RawPeer.begun(port, "c")) {
            peer.send(0, new Close());

            peer.expect(Close.class);
            peer.expectEnd();
        }
    }

    @Test
    void shutDownTellsEverybody() throws Exception {
        int port = start();
        try (RawPeer peer = RawPeer.begun(port, "c")) {
            var closed = fixture.listener.close();

            assertEquals("amqp:connection:forced", closeCondition(peer));
            peer.send(0, new Close());
            closed.toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void badConnectionsLeaveNothingBehindAndDisturbNobody() throws Exception {
        int port = start();
        byte[][] attacks = {
            "not AMQP at all".getBytes(StandardCharsets.US_ASCII),
            Frames.join(Frames.AMQP_HEADER, new byte[] {0x7f, 0, 0, 0, 2, 0, 0, 0}),
            Frames.join(Frames.AMQP_HEADER, new byte[] {0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x10, (byte) 0xc0}),
            Frames.join(
                    Frames.AMQP_HEADER,
                    Frames.frame(0, Frames.open("x")),
                    Frames.frame(0, Frames.begin()),
                    Frames.frame(0, Frames.transfer(7, 0, false))),
            Frames.SASL_HEADER,
        };
        try (RawPeer good = RawPeer.begun(port, "good")) {
            good.attachSender("s", 0, "q");
            for (int i = 0; i < 1000; i++) {
                try (RawPeer bad = new RawPeer(port)) {
                    bad.write(attacks[i % attacks.length]);
                }
            }
            good.send(0, Frames.transfer(0, 0, false), Frames.message("still here"));
            good.expect(org.apache.qpid.proton.amqp.transport.Disposition.class);
            await().until(() -> fixture.listener.connectionCount() == 1);
        }
    }

    @Test
    void newcomerMayAskForTheHolderOfASoleContainerToGo() throws Exception {
        int port = start();
        Open open = Frames.open("client-1");
        open.setDesiredCapabilities(Symbol.valueOf("sole-connection-for-container"));
        open.setProperties(Map.of(Symbol.valueOf("sole-connection-enforcement-policy"), UnsignedInteger.valueOf(1)));
        try (RawPeer first = new RawPeer(port);
                RawPeer second = new RawPeer(port)) {
            for (RawPeer peer : java.util.List.of(first, second)) {
                peer.write(Frames.AMQP_HEADER);
                peer.send(0, open);
                peer.expectHeader(Frames.AMQP_HEADER);
                Open reply = peer.expect(Open.class);
                assertEquals(
                        UnsignedInteger.valueOf(1),
                        reply.getProperties().get(Symbol.valueOf("sole-connection-enforcement-policy")));
            }

            assertEquals("amqp:resource-locked", closeCondition(first));
            second.send(0, Frames.begin());
            second.expect(org.apache.qpid.proton.amqp.transport.Begin.class);
        }
    }
}
