// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.RawAmqpPeer;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A fresh raw peer for each test, and a bystander beside it. Afterwards: the bystander went on without a hiccup, and nothing
 * that looks like a class or a stack trace was sent to the peer.
 */
@ExtendWith(LimitedBroker.class)
abstract class BadInputContract {
    static final String FRAMING_ERROR = "amqp:connection:framing-error";
    static final String DECODE_ERROR = "amqp:decode-error";

    private static final int CHANNEL_OF_PROOF = 9;
    private static final long HICCUP_MS = 3_000;
    private static final Pattern INSIDES = Pattern.compile(
            "(java|javax|jakarta|org|io|com)\\.[a-z]+\\.[A-Za-z.$]+|\\.java:\\d+|[A-Z][A-Za-z]+(Exception|Error)\\b");

    RawAmqpPeer peer;
    BrokerUnderTest broker;
    private Bystander bystander;

    @BeforeEach
    final void connect(BrokerUnderTest limited, TestInfo test) {
        broker = limited;
        bystander = new Bystander(
                limited, "bystander." + test.getTestClass().orElseThrow().getSimpleName());
        peer = RawAmqpPeer.connect(limited);
    }

    @AfterEach
    final void othersAreUndisturbed() throws JMSException, InterruptedException {
        try (Bystander watched = bystander;
                RawAmqpPeer misbehaving = peer) {
            int before = watched.roundTrips();
            await().atMost(Duration.ofSeconds(10)).until(() -> watched.roundTrips() > before + 2);
            watched.assertUndisturbed(HICCUP_MS);
            assertShowsNoInsides(misbehaving);
        }
    }

    static void assertShowsNoInsides(RawAmqpPeer peer) {
        Matcher insides = INSIDES.matcher(peer.received());
        assertNull(insides.find() ? insides.group() : null, "something of our insides reached the peer");
    }

    /** The broker closes the connection with the condition, after its own open, and hangs up. */
    final void assertClosed(String condition) {
        List<Frame> frames = peer.readToEnd();
        int last = frames.size() - 1;
        assertEquals(Close.class, last < 0 ? null : bodyClass(frames.get(last)), peer::toString);
        assertCondition(condition, frames.get(last).body(Close.class).getError());
        assertEquals(1, opens(), peer::toString);
    }

    /** The broker ends the session with the condition; the connection lives. */
    final void assertEnded(String condition) {
        assertCondition(condition, skipTo(End.class).getError());
        peer.send(0, new End());
        assertConnectionLives();
    }

    /** The broker detaches the link for good with the condition; session and connection live. */
    final void assertDetached(String condition) {
        Detach detach = skipTo(Detach.class);
        assertCondition(condition, detach.getError());
        assertEquals(true, detach.getClosed(), peer::toString);
        Detach reply = new Detach();
        reply.setHandle(detach.getHandle());
        reply.setClosed(true);
        peer.send(0, reply);
        assertConnectionLives();
    }

    /** A begin on another channel is answered. */
    final void assertConnectionLives() {
        peer.send(CHANNEL_OF_PROOF, begin());
        skipTo(Begin.class);
    }

    /** Reads on until a frame of a kind; frames sent before the broker saw the mistake are passed over. */
    final <T> T skipTo(Class<T> kind) {
        while (true) {
            Frame frame = peer.readFrame();
            assertNotNull(frame, () -> "Expected " + kind.getSimpleName() + ", but the stream ended\n" + peer);
            if (kind.isInstance(frame.body())) {
                return frame.body(kind);
            }
            if (frame.body() instanceof Close && kind != Close.class) {
                throw new AssertionError("Expected " + kind.getSimpleName() + ", found " + frame.body() + "\n" + peer);
            }
        }
    }

    static Begin begin() {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ONE);
        begin.setIncomingWindow(UnsignedInteger.valueOf(2048));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(2048));
        return begin;
    }

    private void assertCondition(String expected, ErrorCondition actual) {
        assertEquals(Symbol.valueOf(expected), actual == null ? null : actual.getCondition(), peer::toString);
    }

    private long opens() {
        return peer.frames().stream().filter(f -> f.body() instanceof Open).count();
    }

    private static Class<?> bodyClass(Frame frame) {
        return frame.body() == null ? Flow.class : frame.body().getClass();
    }
}
