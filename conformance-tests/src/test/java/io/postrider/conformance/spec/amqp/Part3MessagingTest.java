// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 3: message format, outcomes, sources and targets; and of part 4 what a transaction that nobody declared is worth. */
class Part3MessagingTest extends SpecContract {

    @BeforeEach
    void start() {
        openAndBegin();
    }

    private byte[] sections(Object... sections) {
        return Frames.join(Arrays.stream(sections).map(peer::encode).toArray(byte[][]::new));
    }

    private byte[] sentAndReceived(Object... sections) {
        attachSender(0);
        peer.send(0, RawAmqpPeer.transfer(0, 0), sections(sections));
        assertEquals(Accepted.getInstance(), skipTo(Disposition.class).getState());
        attachReceiver(1);
        peer.send(0, RawAmqpPeer.credit(1, 0, 1));
        Frame frame = peer.readFrame();
        while (!(frame.body() instanceof Transfer)) {
            frame = peer.readFrame();
        }
        return frame.payload();
    }

    // ---- §3.2

    @Test
    @Spec({"AMQP 1.0", "3.2", "3.2.4", "3.2.5", "3.2.6", "3.2.7", "3.2.8"})
    void bareMessageArrivesByteForByte() {
        Properties properties = new Properties();
        properties.setMessageId(UnsignedLong.valueOf(7));
        properties.setCorrelationId(new Binary(new byte[] {1, 2}));
        ApplicationProperties application = new ApplicationProperties(Map.of("n", 1));
        Data one = new Data(new Binary(new byte[] {1, 2, 3}));
        Data two = new Data(new Binary(new byte[] {4}));
        byte[] bare = sections(properties, application, one, two, new Footer(Map.of(Symbol.valueOf("x-crc"), 5)));

        byte[] received = sentAndReceived(
                new Header(), properties, application, one, two, new Footer(Map.of(Symbol.valueOf("x-crc"), 5)));

        assertArrayEquals(bare, Arrays.copyOfRange(received, received.length - bare.length, received.length));
    }

    @Test
    @Spec({"AMQP 1.0", "3.2.7"})
    void sequencesArriveAsTheyAre() {
        AmqpSequence one = new AmqpSequence(List.of("a", 1));
        byte[] bare = sections(one, one);

        byte[] received = sentAndReceived(one, one);

        assertArrayEquals(bare, Arrays.copyOfRange(received, received.length - bare.length, received.length));
    }

    @Test
    @Spec({"AMQP 1.0", "3.2.1"})
    void headerIsRebuilt() {
        Header header = new Header();
        header.setDurable(true);
        header.setPriority(UnsignedByte.valueOf((byte) 7));
        header.setDeliveryCount(uint(9));

        byte[] received = sentAndReceived(header, new AmqpValue("x"));

        Header sent = (Header) decodeFirst(received);
        assertEquals(true, sent.getDurable());
        assertEquals(7, sent.getPriority().intValue());
        assertEquals(
                0, sent.getDeliveryCount() == null ? 0 : sent.getDeliveryCount().intValue());
        assertEquals(true, sent.getFirstAcquirer());
    }

    private static Object decodeFirst(byte[] payload) {
        byte[] head = Frames.frame(8 + payload.length, 2, Frames.AMQP, 0, payload);
        return new Frames().decode(Arrays.copyOf(head, 8), payload).body();
    }

    @Test
    @Spec({"AMQP 1.0", "3.2.3"})
    void messageAnnotationsArePropagated() {
        byte[] received = sentAndReceived(
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-color"), "blue")), new AmqpValue("x"));

        assertTrue(new String(received, java.nio.charset.StandardCharsets.ISO_8859_1).contains("x-opt-color"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no section",
                "\0Sw",
                "\0Sp\u00c0\u0002\u0001A\u00a1\u0001x\0Sw\u00a1\u0001x",
                "\0Sw\u00a1\u0001x\0Sw\u00a1\u0001y"
            })
    @Spec({"AMQP 1.0", "3.2", "2.8.15"})
    void messageThatIsNoneIsRejected(String bytes) {
        attachSender(0);
        peer.send(0, RawAmqpPeer.transfer(0, 0), bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        Disposition disposition = skipTo(Disposition.class);
        Rejected rejected = assertInstanceOf(Rejected.class, disposition.getState());
        assertCondition(DECODE_ERROR, rejected.getError());
        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "3.2", "2.8.15"})
    void presettledMessageThatIsNoneEndsTheLink() {
        attachSender(0);
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(0, transfer, new byte[] {1, 2, 3});

        assertDetached(DECODE_ERROR);
    }

    // ---- §3.4

    private void receiveOne(String text) {
        put(text);
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 5));
        assertEquals(text, nextText());
    }

    private Header nextHeader() {
        return (Header) decodeFirst(nextFrame(Transfer.class).payload());
    }

    @Test
    @Spec({"AMQP 1.0", "3.4.4"})
    void releasedMessageComesAgainUncounted() {
        receiveOne("a");
        peer.send(0, disposition(Role.RECEIVER, 0, true, Released.getInstance()));

        Header again = nextHeader();
        assertEquals(
                0,
                again.getDeliveryCount() == null ? 0 : again.getDeliveryCount().intValue());
    }

    @Test
    @Spec({"AMQP 1.0", "3.4.5", "3.2.1"})
    void failedDeliveryIsCounted() {
        receiveOne("a");
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        peer.send(0, disposition(Role.RECEIVER, 0, true, failed));

        assertEquals(uint(1), nextHeader().getDeliveryCount());
    }

    @Test
    @Spec({"AMQP 1.0", "3.4.5"})
    void annotationsOfTheOutcomeAreMerged() {
        receiveOne("a");
        Modified annotated = new Modified();
        annotated.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-seen"), "yes"));
        peer.send(0, disposition(Role.RECEIVER, 0, true, annotated));

        byte[] payload = nextFrame(Transfer.class).payload();
        assertTrue(new String(payload, java.nio.charset.StandardCharsets.ISO_8859_1).contains("x-opt-seen"));
    }

    @Test
    @Spec({"AMQP 1.0", "3.4.5"})
    void undeliverableHereGoesElsewhere() {
        receiveOne("a");
        put("b");
        assertEquals("b", nextText());
        attachReceiver(1);
        peer.send(0, RawAmqpPeer.credit(1, 0, 1));
        Modified here = new Modified();
        here.setUndeliverableHere(true);
        peer.send(0, disposition(Role.RECEIVER, 0, true, here));

        Transfer elsewhere = next(Transfer.class);
        assertEquals(uint(1), elsewhere.getHandle());
    }

    @Test
    @Spec({"AMQP 1.0", "3.4.3"})
    void rejectedMessageDoesNotComeAgain() {
        receiveOne("a");
        peer.send(0, disposition(Role.RECEIVER, 0, true, new Rejected()));
        put("b");

        assertEquals("b", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.3"})
    void defaultOutcomeStandsInForNone() {
        put("a");
        Attach attach = RawAmqpPeer.receiverAttach("r", 0, address);
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        ((Source) attach.getSource()).setDefaultOutcome(failed);
        Attach reply = attachReceiver(attach);
        assertInstanceOf(Modified.class, ((Source) reply.getSource()).getDefaultOutcome());
        peer.send(0, RawAmqpPeer.credit(0, 0, 2));
        next(Transfer.class);
        peer.send(0, disposition(Role.RECEIVER, 0, true, null));

        assertEquals(uint(1), nextHeader().getDeliveryCount());
    }

    // ---- §3.5

    @Test
    @Spec({"AMQP 1.0", "3.5.3"})
    void sourceTellsItsOutcomes() {
        Source source = (Source) attachReceiver(0).getSource();

        assertEquals(4, source.getOutcomes().length);
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.3", "3.5.7"})
    void copiesLeaveTheQueueAsItIs() {
        put("a", "b");
        Attach attach = RawAmqpPeer.receiverAttach("browser", 0, address);
        ((Source) attach.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        attachReceiver(attach);
        peer.send(0, RawAmqpPeer.credit(0, 0, 5));
        assertEquals("a", nextText());
        assertEquals("b", nextText());
        peer.send(0, detach(0, true));
        next(Detach.class);

        attachReceiver(1);
        peer.send(0, RawAmqpPeer.credit(1, 0, 5));
        assertEquals("a", nextText());
        assertEquals("b", nextText());
    }

    private record Filter(Object descriptor, Object value) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return descriptor;
        }

        @Override
        public Object getDescribed() {
            return value;
        }
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.8"})
    void unknownFilterIsLeftOutOfTheAnswer() {
        Attach attach = RawAmqpPeer.receiverAttach("r", 0, address);
        ((Source) attach.getSource())
                .setFilter(Map.of(
                        Symbol.valueOf("known"),
                        new Filter(Symbol.valueOf("apache.org:selector-filter:string"), "a = 1"),
                        Symbol.valueOf("unknown"),
                        new Filter(Symbol.valueOf("nobody:knows"), 5)));

        Source granted = (Source) attachReceiver(attach).getSource();

        assertEquals(
                java.util.Set.of(Symbol.valueOf("known")), granted.getFilter().keySet());
    }

    static List<Object> policies() {
        return List.of(
                DeleteOnClose.getInstance(),
                DeleteOnNoLinks.getInstance(),
                DeleteOnNoMessages.getInstance(),
                DeleteOnNoLinksOrMessages.getInstance());
    }

    private String dynamic(Object policy, TerminusExpiryPolicy expiry) {
        Attach attach = RawAmqpPeer.receiverAttach("dynamic", 0, null);
        Source source = (Source) attach.getSource();
        source.setDynamic(true);
        source.setExpiryPolicy(expiry);
        source.setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), policy));
        Source granted = (Source) attachReceiver(attach).getSource();
        assertTrue(granted.getDynamic());
        assertEquals(
                policy.getClass(),
                granted.getDynamicNodeProperties()
                        .get(Symbol.valueOf("lifetime-policy"))
                        .getClass());
        return granted.getAddress();
    }

    private boolean exists(String node) {
        try (RawAmqpPeer other = another()) {
            other.open();
            other.begin(0);
            other.send(0, RawAmqpPeer.senderAttach("probe", 0, node));
            return other.expect(Attach.class).getTarget() != null;
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    @Spec({"AMQP 1.0", "3.5.3", "3.5.9", "3.5.10", "3.5.11", "3.5.12", "3.5.13"})
    void unusedDynamicNodeGoesWithItsLink(Object policy) {
        String node = dynamic(policy, TerminusExpiryPolicy.LINK_DETACH);
        assertTrue(exists(node));
        peer.send(0, detach(0, true));
        next(Detach.class);

        org.awaitility.Awaitility.await().until(() -> !exists(node));
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.10", "3.5.6"})
    void detachedLinkFindsItsNodeAgain() {
        String node = dynamic(DeleteOnClose.getInstance(), TerminusExpiryPolicy.SESSION_END);
        peer.send(0, detach(0, false));
        next(Detach.class);

        assertEquals(node, dynamic(DeleteOnClose.getInstance(), TerminusExpiryPolicy.SESSION_END));
        peer.send(0, new End());
        next(End.class);
        org.awaitility.Awaitility.await().until(() -> !exists(node));
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.9"})
    void lifetimePolicyMustBeOne() {
        Attach attach = RawAmqpPeer.receiverAttach("dynamic", 0, null);
        ((Source) attach.getSource()).setDynamic(true);
        ((Source) attach.getSource())
                .setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), uint(0xffffffffL)));
        peer.send(0, attach);

        assertRefused(INVALID_FIELD, Role.RECEIVER);
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.9"})
    void distributionModesMustBeSymbols() {
        Attach attach = RawAmqpPeer.senderAttach("dynamic", 0, null);
        ((Target) attach.getTarget()).setDynamic(true);
        ((Target) attach.getTarget()).setDynamicNodeProperties(Map.of(Symbol.valueOf("supported-dist-modes"), uint(0)));
        peer.send(0, attach);

        assertRefused(INVALID_FIELD, Role.SENDER);
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.3"})
    void dynamicTerminusMayNotNameItsAddress() {
        Attach attach = RawAmqpPeer.receiverAttach("dynamic", 0, address);
        ((Source) attach.getSource()).setDynamic(true);
        peer.send(0, attach);

        assertRefused(INVALID_FIELD, Role.RECEIVER);
    }

    private Attach durable(String name, TerminusExpiryPolicy expiry) {
        Attach attach = RawAmqpPeer.receiverAttach(name, 0, "topic://" + address);
        Source source = (Source) attach.getSource();
        source.setDurable(TerminusDurability.CONFIGURATION);
        source.setExpiryPolicy(expiry);
        return attach;
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.5", "3.5.6"})
    void durableSubscriptionOutlivesItsDetach() {
        Source granted = (Source)
                attachReceiver(durable("sub", TerminusExpiryPolicy.NEVER)).getSource();
        assertNotEquals(TerminusDurability.NONE, granted.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, granted.getExpiryPolicy());
        peer.send(0, detach(0, false));
        next(Detach.class);
        String queue = address;
        address = "topic://" + queue;
        put("kept");
        address = queue;

        attachReceiver(durable("sub", TerminusExpiryPolicy.NEVER));
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));
        assertEquals("kept", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.6"})
    void subscriptionExpiresWithItsSession() {
        attachReceiver(durable("sub", TerminusExpiryPolicy.SESSION_END));
        peer.send(0, new End());
        next(End.class);
        peer.begin(0);

        org.awaitility.Awaitility.await().until(() -> {
            Attach lookUp = durable("sub", TerminusExpiryPolicy.NEVER);
            lookUp.setSource(null);
            peer.send(0, lookUp);
            boolean isFound = next(Attach.class).getSource() != null;
            if (isFound) {
                peer.send(0, detach(0, false));
                next(Detach.class);
            } else {
                assertCondition("amqp:not-found", next(Detach.class).getError());
                peer.send(0, detach(0, true));
            }
            return !isFound;
        });
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.4"})
    void anonymousTargetRoutesByTo() {
        Attach attach = RawAmqpPeer.senderAttach("relay", 0, null);
        assertNull(((Target) attachSender(attach).getTarget()).getAddress());
        Properties to = new Properties();
        to.setTo(address);
        peer.send(0, RawAmqpPeer.transfer(0, 0), sections(to, new AmqpValue("routed")));
        assertEquals(Accepted.getInstance(), skipTo(Disposition.class).getState());

        attachReceiver(1);
        peer.send(0, RawAmqpPeer.credit(1, 0, 1));
        assertEquals("routed", nextText());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"AMQP 1.0", "3.5.4"})
    void anonymousTargetNamesTheDeliveryThatGoesNowhere(boolean isSettled) {
        attachSender(RawAmqpPeer.senderAttach("relay", 0, null));
        Properties to = new Properties();
        to.setTo("$nowhere");
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setSettled(isSettled);
        peer.send(0, transfer, sections(to, new AmqpValue("x")));

        var error = isSettled
                ? skipTo(Detach.class).getError()
                : ((Rejected) skipTo(Disposition.class).getState()).getError();
        assertCondition("amqp:not-found", error);
        assertEquals(transfer.getDeliveryTag(), error.getInfo().get(Symbol.valueOf("delivery-tag")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue://%s", "/queues/%s", "%1$s::%1$s"})
    void otherSpellingsMeanTheSameQueue(String form) {
        put("a");
        Attach attach = RawAmqpPeer.receiverAttach("r", 0, String.format(form, address));
        Source granted = (Source) attachReceiver(attach).getSource();
        assertEquals(String.format(form, address), granted.getAddress());
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));

        assertEquals("a", nextText());
    }

    // ---- part 4

    @Test
    @Spec({"AMQP 1.0", "4.3"})
    void transferOfAnUnknownTransactionIsRejected() {
        attachSender(0);
        var state = new org.apache.qpid.proton.amqp.transaction.TransactionalState();
        state.setTxnId(new Binary(new byte[] {1, 2, 3}));
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setState(state);
        peer.send(0, transfer, MESSAGE);

        Rejected rejected =
                assertInstanceOf(Rejected.class, skipTo(Disposition.class).getState());
        assertCondition("amqp:transaction:unknown-id", rejected.getError());
        assertNotNull(rejected.getError().getDescription());
    }

    @Test
    @Spec({"AMQP 1.0", "4.3"})
    void outcomeOfAnUnknownTransactionEndsTheLink() {
        receiveOne("a");
        var state = new org.apache.qpid.proton.amqp.transaction.TransactionalState();
        state.setTxnId(new Binary(new byte[] {1, 2, 3}));
        state.setOutcome(Accepted.getInstance());
        peer.send(0, disposition(Role.RECEIVER, 0, true, state));

        assertDetached("amqp:transaction:unknown-id");
    }

    @Test
    @Spec({"AMQP 1.0", "3.5.3"})
    void availableIsToldInFlows() {
        put("a", "b");
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 1);
        peer.send(0, flow);
        assertEquals("a", nextText());
        Flow echo = RawAmqpPeer.credit(0, 1, 0);
        echo.setEcho(true);
        peer.send(0, echo);

        assertNotNull(next(Flow.class).getAvailable());
    }
}
