// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.util.Arrays;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Part 4: local transactions, declared and discharged on a control link at handle 0. */
class Part4TransactionsTest extends SpecContract {
    private static final int CONTROL = 0;
    private static final int SENDER = 1;
    private static final int RECEIVER = 2;

    private int deliveryId;

    @BeforeEach
    void attachControlLink() {
        openAndBegin();
        attachSender(controlAttach("control", CONTROL));
    }

    private static Attach controlAttach(String name, int handle) {
        Attach attach = RawAmqpPeer.senderAttach(name, handle, null);
        Coordinator target = new Coordinator();
        target.setCapabilities(Symbol.valueOf("amqp:local-transactions"));
        attach.setTarget(target);
        return attach;
    }

    private void attachSender() {
        attachSender(SENDER);
    }

    private void request(Object body) {
        peer.send(0, RawAmqpPeer.transfer(CONTROL, deliveryId++), peer.encode(new AmqpValue(body)));
    }

    private Binary declare() {
        request(new Declare());
        return declared();
    }

    private Binary declared() {
        return assertInstanceOf(Declared.class, answer()).getTxnId();
    }

    private DeliveryState answer() {
        Disposition disposition = skipTo(Disposition.class);
        assertTrue(disposition.getSettled(), peer::toString);
        return disposition.getState();
    }

    private void discharge(Binary id, boolean fail) {
        Discharge discharge = new Discharge();
        discharge.setTxnId(id);
        discharge.setFail(fail);
        request(discharge);
    }

    private void commit(Binary id) {
        discharge(id, false);
        assertInstanceOf(Accepted.class, answer());
    }

    private void rollBack(Binary id) {
        discharge(id, true);
        assertInstanceOf(Accepted.class, answer());
    }

    private static TransactionalState in(Binary id, Outcome outcome) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(id);
        state.setOutcome(outcome);
        return state;
    }

    private Transfer transferIn(Binary id) {
        Transfer transfer = RawAmqpPeer.transfer(SENDER, deliveryId++);
        transfer.setState(in(id, null));
        return transfer;
    }

    private void post(Binary id, String text) {
        peer.send(0, transferIn(id), message(text));
        TransactionalState state = assertInstanceOf(TransactionalState.class, answer());
        assertEquals(id, state.getTxnId());
        assertInstanceOf(Accepted.class, state.getOutcome());
    }

    private void assertRejected(String condition) {
        assertCondition(condition, assertInstanceOf(Rejected.class, answer()).getError());
    }

    /** What another connection finds on the address now. */
    private void assertContents(String... texts) {
        try (RawAmqpPeer reader = another()) {
            reader.open();
            reader.begin(0);
            Attach attach = RawAmqpPeer.receiverAttach("look", 0, address);
            ((Source) attach.getSource()).setDistributionMode(Symbol.valueOf("copy"));
            reader.send(0, attach);
            reader.expect(Attach.class);
            Flow drain = RawAmqpPeer.credit(0, 0, 100);
            drain.setDrain(true);
            reader.send(0, drain);
            for (String text : texts) {
                assertEquals(text, text(reader.expectFrame(Transfer.class)));
            }
            assertEquals(0, reader.expect(Flow.class).getLinkCredit().intValue(), reader::toString);
        }
    }

    @Test
    @Spec({"AMQP 1.0", "4.1", "4.5.1", "4.5.9"})
    void coordinatorSaysWhatItCan() {
        Attach reply = attachSender(controlAttach("another", 5));

        Coordinator granted = assertInstanceOf(Coordinator.class, reply.getTarget());
        assertEquals(
                Set.of(
                        Symbol.valueOf("POSTRIDER_XA"),
                        Symbol.valueOf("amqp:local-transactions"),
                        Symbol.valueOf("amqp:multi-txns-per-ssn"),
                        Symbol.valueOf("amqp:multi-ssns-per-txn")),
                Set.copyOf(Arrays.asList(granted.getCapabilities())));
    }

    @Test
    @Spec({"AMQP 1.0", "4.2", "4.5.2", "4.5.4"})
    void eachDeclareNamesANewTransaction() {
        Binary first = declare();
        Binary second = declare();

        assertNotEquals(first, second);
        assertTrue(first.getLength() <= 32, peer::toString);
    }

    @Test
    @Spec({"AMQP 1.0", "4.2"})
    void declareMayComeAsAWholeMessage() {
        byte[] header = peer.encode(new Header());
        byte[] body = peer.encode(new AmqpValue(new Declare()));
        byte[] whole = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, whole, header.length, body.length);
        peer.send(0, RawAmqpPeer.transfer(CONTROL, deliveryId++), whole);

        declared();
    }

    @Test
    @Spec({"AMQP 1.0", "4.2"})
    void settledDeclareEndsTheLink() {
        Transfer transfer = RawAmqpPeer.transfer(CONTROL, deliveryId++);
        transfer.setSettled(true);
        peer.send(0, transfer, peer.encode(new AmqpValue(new Declare())));

        assertDetached(ILLEGAL_STATE);
    }

    @Test
    @Spec({"AMQP 1.0", "4.5.2"})
    void globalTransactionIsRefused() {
        byte[] declare = {0, 0x53, 0x77, 0, 0x53, 0x31, (byte) 0xc0, 4, 1, (byte) 0xa0, 1, 7};
        peer.send(0, RawAmqpPeer.transfer(CONTROL, deliveryId++), declare);

        assertRejected("amqp:not-implemented");
    }

    @Test
    @Spec({"AMQP 1.0", "4.2"})
    void whatIsNoRequestIsRefused() {
        request("neither");
        assertRejected("amqp:not-implemented");
        peer.send(0, RawAmqpPeer.transfer(CONTROL, deliveryId++), new byte[] {0, 0x53});
        assertRejected(DECODE_ERROR);
        declare();
    }

    @Test
    @Spec({"AMQP 1.0", "4.3", "4.5.3", "4.5.8"})
    void dischargeOfAnUnknownTransactionIsRejected() {
        discharge(new Binary(new byte[] {1, 2}), false);
        assertRejected("amqp:transaction:unknown-id");
        Binary id = declare();
        commit(id);
        discharge(id, false);
        assertRejected("amqp:transaction:unknown-id");
    }

    @Test
    @Spec({"AMQP 1.0", "4.3"})
    void dischargeAndDeclareMayBePipelined() {
        Binary first = declare();
        discharge(first, false);
        request(new Declare());

        assertInstanceOf(Accepted.class, answer());
        assertNotEquals(first, declared());
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.1", "4.4.2", "4.5.7"})
    void postedMessagesAreThereAfterTheCommit() {
        attachSender();
        Binary id = declare();
        post(id, "a");
        post(id, "b");
        assertContents();
        commit(id);
        assertContents("a", "b");
        Binary next = declare();
        post(next, "never");
        rollBack(next);
        assertContents("a", "b");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.1"})
    void transactionsOfOneSessionAreApart() {
        attachSender();
        Binary first = declare();
        Binary second = declare();
        post(first, "first");
        post(second, "second");
        rollBack(first);
        commit(second);

        assertContents("second");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.1"})
    void sessionsMayShareATransaction() {
        attachSender();
        Binary id = declare();
        post(id, "one");
        peer.begin(1);
        peer.send(1, RawAmqpPeer.senderAttach("other", 0, address));
        next(Attach.class);
        next(Flow.class);
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setState(in(id, null));
        peer.send(1, transfer, message("two"));
        assertInstanceOf(TransactionalState.class, answer());
        commit(id);

        assertContents("one", "two");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.2"})
    void settledPostIsPartOfTheTransaction() {
        attachSender();
        Binary id = declare();
        Transfer transfer = transferIn(id);
        transfer.setSettled(true);
        peer.send(0, transfer, message("a"));
        assertNoMoreFrames();
        assertContents();
        commit(id);

        assertContents("a");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.2"})
    void refusedSettledPostDoomsTheTransaction() {
        attachSender();
        Binary id = declare();
        post(id, "a");
        Transfer transfer = transferIn(id);
        transfer.setSettled(true);
        peer.send(0, transfer, new byte[] {1, 2, 3});
        skipTo(org.apache.qpid.proton.amqp.transport.Detach.class);
        discharge(id, false);

        assertRejected("amqp:transaction:rollback");
        assertContents();
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.2"})
    void postMayTakeSeveralFrames() {
        attachSender();
        Binary id = declare();
        byte[] whole = message("abc");
        Transfer first = transferIn(id);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(whole, 4));
        Transfer last = RawAmqpPeer.transfer(SENDER, deliveryId - 1);
        peer.send(0, last, Arrays.copyOfRange(whole, 4, whole.length));
        assertInstanceOf(TransactionalState.class, answer());
        commit(id);

        assertContents("abc");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.4"})
    void dischargeBeforeADeliveryIsCompleteEndsTheControlLink() {
        attachSender();
        Binary id = declare();
        Transfer first = transferIn(id);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(message("abc"), 4));
        discharge(id, false);

        assertDetached("amqp:transaction:rollback");
        assertContents();
    }

    private Binary receiveIn(String text) {
        put(text);
        attachReceiver(RECEIVER);
        peer.send(0, RawAmqpPeer.credit(RECEIVER, 0, 1));
        assertEquals(text, nextText());
        return declare();
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.3"})
    void settledRetirementTakesEffectAtTheCommit() {
        Binary id = receiveIn("a");
        peer.send(0, disposition(Role.RECEIVER, 0, true, in(id, Accepted.getInstance())));
        commit(id);
        peer.send(0, detach(RECEIVER, true));
        skipTo(org.apache.qpid.proton.amqp.transport.Detach.class);

        assertContents();
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.3"})
    void settledRetirementComesBackAfterARollback() {
        Binary id = receiveIn("a");
        peer.send(0, disposition(Role.RECEIVER, 0, true, in(id, Accepted.getInstance())));
        rollBack(id);
        peer.send(0, RawAmqpPeer.credit(RECEIVER, 1, 1));

        var again = nextFrame(Transfer.class);
        assertEquals("a", text(again));
        assertEquals(0x53, again.payload()[1]);
        assertEquals(0x70, again.payload()[2], "a header, which tells the failed attempt");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.3"})
    void unsettledRetirementIsSettledAtTheCommit() {
        Binary id = receiveIn("a");
        peer.send(0, disposition(Role.RECEIVER, 0, false, in(id, Accepted.getInstance())));
        assertNoMoreFrames();
        discharge(id, false);

        boolean isSettled = false;
        boolean isDischarged = false;
        while (!isSettled || !isDischarged) {
            Disposition answer = skipTo(Disposition.class);
            isDischarged |= answer.getRole() == Role.RECEIVER;
            isSettled |= answer.getRole() == Role.SENDER && answer.getSettled();
        }
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.3"})
    void unsettledRetirementStaysWithTheReceiverAfterARollback() {
        Binary id = receiveIn("a");
        peer.send(0, disposition(Role.RECEIVER, 0, false, in(id, Accepted.getInstance())));
        rollBack(id);
        assertContents();
        peer.send(0, disposition(Role.RECEIVER, 0, true, Released.getInstance()));
        assertNoMoreFrames();

        assertContents("a");
    }

    @Test
    @Spec({"AMQP 1.0", "4.4.3"})
    void outcomeOfADeliveryOfAnotherTransactionEndsTheControlLink() {
        Binary id = receiveIn("a");
        Binary other = declare();
        peer.send(0, disposition(Role.RECEIVER, 0, false, in(id, Accepted.getInstance())));
        peer.send(0, disposition(Role.RECEIVER, 0, false, in(other, Accepted.getInstance())));

        assertDetachedSomewhere("amqp:transaction:rollback");
    }

    private void assertDetachedSomewhere(String condition) {
        assertCondition(
                condition,
                skipTo(org.apache.qpid.proton.amqp.transport.Detach.class).getError());
    }

    @Test
    @Spec({"AMQP 1.0", "4.3"})
    void endOfTheControlLinkRollsBack() {
        attachSender();
        Binary id = declare();
        post(id, "a");
        peer.send(0, detach(CONTROL, true));
        assertSame(
                null, skipTo(org.apache.qpid.proton.amqp.transport.Detach.class).getError());
        assertContents();
        peer.send(0, transferIn(id), message("late"));

        assertRejected("amqp:transaction:unknown-id");
    }

    @Test
    @Spec({"AMQP 1.0", "4.3"})
    void lossOfTheConnectionRollsBack() {
        Binary id = receiveIn("a");
        peer.send(0, disposition(Role.RECEIVER, 0, true, in(id, Accepted.getInstance())));
        assertNoMoreFrames();
        peer.abort();
        peer = another();
        openAndBegin();
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));

        assertEquals("a", nextText());
    }
}
