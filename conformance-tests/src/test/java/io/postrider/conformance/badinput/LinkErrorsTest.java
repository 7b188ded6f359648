// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that get sessions, links, credit and messages wrong (AMQP 1.0 §2.5–2.7, §3.2). */
class LinkErrorsTest extends BadInputContract {
    /** An amqp-value section holding the string "x". */
    private static final byte[] MESSAGE = {0x00, 0x53, 0x77, (byte) 0xa1, 1, 'x'};

    private static final byte[] DURABLE_MESSAGE = {
        0x00, 0x53, 0x70, (byte) 0xc0, 2, 1, 0x41, 0x00, 0x53, 0x77, (byte) 0xa1, 1, 'x'
    };

    @BeforeEach
    void openAndBegin() {
        peer.open();
        peer.begin(0);
    }

    @Test
    void channelAboveChannelMax() {
        peer.send(LimitedBroker.CHANNEL_MAX + 1, begin());

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void handleAboveHandleMax() {
        peer.send(0, RawAmqpPeer.senderAttach("far", LimitedBroker.HANDLE_MAX + 1, "badinput.handles"));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void handleInUse() {
        attachSender("first");
        peer.send(0, RawAmqpPeer.senderAttach("second", 0, "badinput.links"));

        assertEnded("amqp:session:handle-in-use");
    }

    @Test
    void transferOnUnknownHandle() {
        peer.send(0, RawAmqpPeer.transfer(7, 0), MESSAGE);

        assertEnded("amqp:session:unattached-handle");
    }

    @Test
    void flowOnUnknownHandle() {
        peer.send(0, RawAmqpPeer.credit(7, 0, 1));

        assertEnded("amqp:session:unattached-handle");
    }

    @Test
    void detachOfUnknownHandle() {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(7));
        detach.setClosed(true);
        peer.send(0, detach);

        assertEnded("amqp:session:unattached-handle");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7", "2.8.18"})
    void transferBeyondCredit() {
        attachSender("greedy");
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (int i = 0; i < LimitedBroker.PRODUCER_CREDIT * 40; i++) {
            Transfer transfer = RawAmqpPeer.transfer(0, i);
            burst.writeBytes(peer.encodeFrame(0, transfer, DURABLE_MESSAGE));
        }
        peer.send(burst.toByteArray());

        assertDetached("amqp:link:transfer-limit-exceeded");
    }

    @Test
    void continuationWithAnotherDeliveryId() {
        attachSender("torn");
        Transfer first = RawAmqpPeer.transfer(0, 0);
        first.setMore(true);
        peer.send(0, first, MESSAGE);
        peer.send(0, RawAmqpPeer.transfer(0, 1), MESSAGE);

        assertEnded("amqp:illegal-state");
    }

    @Test
    void firstTransferWithoutTagIsNotTaken() {
        attachSender("untagged");
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setDeliveryTag(null);
        peer.send(0, transfer, MESSAGE);

        assertEnded("amqp:invalid-field");
    }

    @Test
    void continuationWithAnotherTag() {
        attachSender("twice");
        Transfer first = RawAmqpPeer.transfer(0, 0);
        first.setMore(true);
        peer.send(0, first, MESSAGE);
        Transfer continuation = RawAmqpPeer.transfer(0, 0);
        continuation.setDeliveryTag(new Binary(new byte[] {9, 9}));
        peer.send(0, continuation, MESSAGE);

        assertEnded("amqp:illegal-state");
    }

    @Test
    void unknownMessageFormat() {
        attachSender("format");
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setMessageFormat(UnsignedInteger.valueOf(0x80013700L));
        peer.send(0, transfer, MESSAGE);

        assertDetached("amqp:not-implemented");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0Sw",
                "\0Sw\u00a1\u0009x",
                "plain text",
                "\0Sp\u00c0\u0002\u0005\u0041",
                "\0Sr\u00c1\u00ff\u0002"
            })
    void messageThatCannotBeRead(String bytes) {
        attachSender("unreadable");
        peer.send(0, RawAmqpPeer.transfer(0, 0), bytes.getBytes(StandardCharsets.ISO_8859_1));

        Disposition disposition = skipTo(Disposition.class);
        assertTrue(disposition.getSettled(), peer::toString);
        Rejected rejected = (Rejected) disposition.getState();
        assertEquals(Symbol.valueOf(DECODE_ERROR), rejected.getError().getCondition());
        assertConnectionLives();
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.3", "2.8.18"})
    void messageLargerThanAllowed() {
        Attach reply = attachSender("large");
        assertEquals(
                LimitedBroker.MAX_MESSAGE_SIZE_BYTES, reply.getMaxMessageSize().longValue());
        byte[] fragment = new byte[32 * 1024];
        for (int i = 0; i <= LimitedBroker.MAX_MESSAGE_SIZE_BYTES / fragment.length; i++) {
            Transfer transfer = RawAmqpPeer.transfer(0, 0);
            transfer.setMore(true);
            peer.send(0, transfer, fragment);
        }

        assertDetached("amqp:link:message-size-exceeded");
    }

    @Test
    void selectorThatCannotBeParsed() {
        Attach attach = RawAmqpPeer.receiverAttach("selecting", 0, "badinput.selector");
        ((Source) attach.getSource())
                .setFilter(Map.of(Symbol.valueOf("selector"), new SelectorFilter("color = = 'red'")));
        peer.send(0, attach);

        assertNull(peer.expect(Attach.class).getSource());
        Detach detach = peer.expect(Detach.class);
        assertEquals(Symbol.valueOf("amqp:invalid-field"), detach.getError().getCondition());
        assertEquals(
                "filter",
                detach.getError().getInfo().get(Symbol.valueOf("field")).toString());
        assertNotNull(detach.getError().getDescription());
        assertConnectionLives();
    }

    @Test
    void queueAskedForAsTopic() {
        attachSender("queue first");
        Attach attach = RawAmqpPeer.receiverAttach("as topic", 1, "badinput.links");
        ((Source) attach.getSource()).setCapabilities(Symbol.valueOf("topic"));
        peer.send(0, attach);

        assertNull(peer.expect(Attach.class).getSource());
        assertDetached("amqp:illegal-state");
    }

    @Test
    void sameNameAttachedTwiceInOneSessionIsStolen() {
        attachSender("same");
        peer.send(0, RawAmqpPeer.senderAttach("same", 1, "badinput.links"));

        assertDetached("amqp:link:stolen");
    }

    @Test
    void dispositionOfEverythingThereNeverWasIsIgnored() {
        attachSender("settling");
        for (Role role : Role.values()) {
            Disposition disposition = new Disposition();
            disposition.setRole(role);
            disposition.setFirst(UnsignedInteger.ZERO);
            disposition.setLast(UnsignedInteger.valueOf(Integer.MAX_VALUE));
            disposition.setSettled(true);
            disposition.setState(Accepted.getInstance());
            peer.send(0, disposition);
        }

        assertConnectionLives();
    }

    private Attach attachSender(String name) {
        peer.send(0, RawAmqpPeer.senderAttach(name, 0, "badinput.links"));
        return peer.expect(Attach.class);
    }

    private record SelectorFilter(String text) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return Symbol.valueOf("apache.org:selector-filter:string");
        }

        @Override
        public Object getDescribed() {
            return text;
        }
    }
}
