// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.OutsideProcess;
import io.postrider.conformance.kit.Spec;
import io.postrider.jms.PostriderXAConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XASession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Global transactions, driven by hand as a transaction manager would (Jakarta Messaging 3.1 §6.3, X/Open XA). */
class XaSpecTest {
    private static final String JMS = "Jakarta Messaging 3.1";
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static BrokerUnderTest broker;

    private XAConnection connection;
    private XASession session;
    private XAResource resource;
    private Queue queue;

    @BeforeAll
    static void startBroker() {
        broker = BrokerUnderTest.named("xa").start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static PostriderXAConnectionFactory factory() {
        return new PostriderXAConnectionFactory("amqp://127.0.0.1:" + broker.amqpPort());
    }

    @BeforeEach
    void open() throws Exception {
        connect();
        queue = session.createQueue("xa-" + NAMES.incrementAndGet());
    }

    private void connect() throws Exception {
        connection = factory().createXAConnection();
        connection.start();
        session = connection.createXASession();
        resource = session.getXAResource();
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    /** A branch's name that no test has used. */
    private record Name(int number) implements Xid {
        static Name next() {
            return new Name(NAMES.incrementAndGet());
        }

        @Override
        public int getFormatId() {
            return 4711;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return ByteBuffer.allocate(4).putInt(number).array();
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }

        boolean is(Xid other) {
            return other.getFormatId() == getFormatId()
                    && Arrays.equals(other.getGlobalTransactionId(), getGlobalTransactionId())
                    && Arrays.equals(other.getBranchQualifier(), getBranchQualifier());
        }
    }

    private Name begin() throws XAException {
        Name name = Name.next();
        resource.start(name, XAResource.TMNOFLAGS);
        return name;
    }

    private void send(String text) throws Exception {
        session.createProducer(queue).send(session.createTextMessage(text));
    }

    /** What is in the queue for everybody, in order; it stays there. */
    private List<String> visible() {
        List<String> texts = new ArrayList<>();
        try (JMSContext context = factory().createContext(JMSContext.CLIENT_ACKNOWLEDGE);
                var consumer = context.createConsumer(queue)) {
            for (Message next = consumer.receive(300); next != null; next = consumer.receive(300)) {
                texts.add(next.getBody(String.class));
            }
            context.recover();
        } catch (jakarta.jms.JMSException e) {
            throw new IllegalStateException(e);
        }
        return texts;
    }

    private boolean recovers(Name name) throws XAException {
        for (Xid each : resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
            if (name.is(each)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @Spec({JMS, "6.3"})
    @ValueSource(booleans = {true, false})
    void aCommittedBranchIsSeenAndARolledBackOneIsNot(boolean isCommitted) throws Exception {
        Name name = begin();
        send("a");
        resource.end(name, XAResource.TMSUCCESS);

        assertEquals(XAResource.XA_OK, resource.prepare(name));
        assertTrue(recovers(name));
        assertEquals(List.of(), visible());
        if (isCommitted) {
            resource.commit(name, false);
        } else {
            resource.rollback(name);
        }

        assertEquals(isCommitted ? List.of("a") : List.of(), visible());
        assertFalse(recovers(name));
    }

    @Test
    @Spec({JMS, "6.3"})
    void onePhaseIsEnoughForOneResource() throws Exception {
        Name name = begin();
        send("a");
        resource.end(name, XAResource.TMSUCCESS);
        resource.commit(name, true);

        assertEquals(List.of("a"), visible());
    }

    @Test
    @Spec({JMS, "6.3"})
    void aBranchWithoutWorkIsReadOnly() throws Exception {
        Name name = begin();
        resource.end(name, XAResource.TMSUCCESS);

        assertEquals(XAResource.XA_RDONLY, resource.prepare(name));
        assertFalse(recovers(name));
    }

    @ParameterizedTest
    @Spec({JMS, "6.3"})
    @ValueSource(booleans = {true, false})
    void whatABranchReceivedIsGoneOrComesAgain(boolean isCommitted) throws Exception {
        send("a"); // outside of a branch: by itself
        MessageConsumer consumer = session.createConsumer(queue);
        Name name = begin();
        assertEquals("a", ((TextMessage) consumer.receive(5000)).getText());
        resource.end(name, XAResource.TMSUCCESS);
        assertEquals(XAResource.XA_OK, resource.prepare(name));
        consumer.close();
        if (isCommitted) {
            resource.commit(name, false);
            assertEquals(List.of(), visible());
        } else {
            resource.rollback(name);
            try (JMSContext context = factory().createContext()) {
                Message again = context.createConsumer(queue).receive(5000);
                assertNotNull(again);
                assertTrue(again.getJMSRedelivered());
            }
        }
    }

    @ParameterizedTest
    @Spec({JMS, "6.3"})
    @ValueSource(booleans = {true, false})
    void aPreparedBranchSurvivesTheBrokersDeath(boolean isCommitted) throws Exception {
        send("in");
        MessageConsumer consumer = session.createConsumer(queue);
        Name name = begin();
        assertNotNull(consumer.receive(5000));
        send("out");
        resource.end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        broker.kill();
        broker.start();
        connection.close();
        connect();

        assertTrue(recovers(name));
        assertEquals(List.of(), visible());
        if (isCommitted) {
            resource.commit(name, false);
        } else {
            resource.rollback(name);
        }

        assertEquals(isCommitted ? List.of("out") : List.of("in"), visible());
    }

    @Test
    @Spec({JMS, "6.3"})
    void aBranchThatIsNotPreparedDiesWithItsConnection() throws Exception {
        Name name = begin();
        send("a");
        resource.end(name, XAResource.TMSUCCESS);
        connection.close();
        connect();

        assertFalse(recovers(name));
        XAException error = assertThrows(XAException.class, () -> resource.commit(name, false));
        assertEquals(XAException.XAER_NOTA, error.errorCode);
        assertEquals(List.of(), visible());
    }

    @Test
    @Spec({JMS, "6.3"})
    void anOperatorMayDecideAndTheManagerIsTold() throws Exception {
        Name name = begin();
        send("a");
        resource.end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        String listed = operator("transaction", "list");
        String id = listed.lines()
                .filter(line -> line.contains("prepared"))
                .map(line -> line.split(" +")[0])
                .filter(each -> each.endsWith(String.format("%08x01", name.number())))
                .findFirst()
                .orElseThrow(() -> new AssertionError(listed));

        operator("transaction", "commit", id);

        assertEquals(List.of("a"), visible());
        XAException told = assertThrows(XAException.class, () -> resource.rollback(name));
        assertEquals(XAException.XA_HEURCOM, told.errorCode);
        assertTrue(recovers(name));
        resource.forget(name);
        assertFalse(recovers(name));
    }

    private static String operator(String... words) {
        List<String> command = new ArrayList<>();
        command.add(BrokerUnderTest.HOME.resolve("bin/postrider").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("--data", broker.data().toString()));
        return OutsideProcess.run(command);
    }

    @Test
    @Spec({JMS, "6.3"})
    void workIsSuspendedAndResumed() throws Exception {
        Name first = begin();
        send("a");
        resource.end(first, XAResource.TMSUSPEND);
        Name second = begin();
        send("b");
        resource.end(second, XAResource.TMSUCCESS);
        resource.commit(second, true);
        assertEquals(List.of("b"), visible());
        resource.start(first, XAResource.TMRESUME);
        send("c");
        resource.end(first, XAResource.TMSUCCESS);
        resource.commit(first, true);

        assertEquals(List.of("b", "a", "c"), visible());
    }

    @Test
    @Spec({JMS, "6.3"})
    void aFailedBranchIsRolledBack() throws Exception {
        Name name = begin();
        send("a");
        resource.end(name, XAResource.TMFAIL);

        XAException error = assertThrows(XAException.class, () -> resource.prepare(name));

        assertEquals(XAException.XA_RBROLLBACK, error.errorCode);
        assertEquals(List.of(), visible());
    }

    @Test
    @Spec({JMS, "6.3"})
    void wrongOrderIsRefused() throws Exception {
        Name name = begin();

        assertEquals(
                XAException.XAER_PROTO,
                assertThrows(XAException.class, () -> resource.start(Name.next(), XAResource.TMNOFLAGS)).errorCode);
        assertEquals(XAException.XAER_PROTO, assertThrows(XAException.class, () -> resource.prepare(name)).errorCode);
        assertEquals(
                XAException.XAER_NOTA,
                assertThrows(XAException.class, () -> resource.end(Name.next(), XAResource.TMSUCCESS)).errorCode);
        resource.end(name, XAResource.TMSUCCESS);
        assertEquals(
                XAException.XAER_DUPID,
                assertThrows(XAException.class, () -> resource.start(name, XAResource.TMNOFLAGS)).errorCode);
    }

    @Test
    @Spec({JMS, "6.3"})
    void theSessionLeavesCommitToTheManager() throws Exception {
        Session plain = session.getSession();

        assertTrue(plain.getTransacted());
        assertThrows(TransactionInProgressException.class, plain::commit);
        assertThrows(TransactionInProgressException.class, plain::rollback);
    }

    @Test
    @Spec({JMS, "6.3"})
    void aContextTakesPartToo() throws Exception {
        try (XAJMSContext context = factory().createXAContext()) {
            Name name = Name.next();
            context.getXAResource().start(name, XAResource.TMNOFLAGS);
            context.createProducer().send(queue, "a");
            context.getXAResource().end(name, XAResource.TMSUCCESS);
            assertEquals(List.of(), visible());
            context.getXAResource().commit(name, true);

            assertEquals(List.of("a"), visible());
            assertTrue(context.getTransacted());
            assertNull(context.getClientID());
        }
    }
}
