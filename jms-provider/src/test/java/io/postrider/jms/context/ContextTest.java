// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.PostriderConnectionFactory;
import io.postrider.jms.kit.Encoded;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simplified API, against a scripted peer. */
@Timeout(30)
class ContextTest {
    private final ScriptedPeer peer = new ScriptedPeer();

    @AfterEach
    void closePeer() {
        peer.close();
    }

    private JMSContext context(int mode) {
        return new PostriderConnectionFactory(peer.uri()).createContext(mode);
    }

    private JMSContext context() {
        return context(JMSContext.AUTO_ACKNOWLEDGE);
    }

    private void deliver(String... texts) {
        for (String text : texts) {
            peer.connection().deliver(Encoded.text(text));
        }
    }

    @Test
    void firstConsumerStartsTheConnectionUnlessToldNotTo() {
        try (JMSContext context = context()) {
            context.createConsumer(context.createQueue("q"));
            Waiting.until(() -> peer.connection().credit() == 1000);
        }
        try (JMSContext context = context()) {
            context.setAutoStart(false);
            context.createConsumer(context.createQueue("q"));
            assertEquals(0, peer.connection(1).credit());
            context.start();
            Waiting.until(() -> peer.connection(1).credit() == 1000);
        }
    }

    @Test
    void producerOverridesHeadersAndProperties() throws JMSException {
        try (JMSContext context = context()) {
            Queue queue = context.createQueue("q");
            JMSProducer producer = context.createProducer()
                    .setProperty("a", 1)
                    .setProperty("b", "two")
                    .setJMSCorrelationID("c")
                    .setJMSType("t")
                    .setJMSReplyTo(context.createTopic("r"))
                    .setPriority(9)
                    .setTimeToLive(1000);
            TextMessage message = context.createTextMessage("body");
            message.setIntProperty("a", 0);
            message.setJMSType("own");

            assertSame(producer, producer.send(queue, message));

            assertEquals(Set.of("a", "b"), producer.getPropertyNames());
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> producer.getPropertyNames().clear());
            var wire = Encoded.message(peer.connection().messages().get(0));
            assertEquals(1, wire.getApplicationProperties().getValue().get("a"));
            assertEquals("c", wire.getCorrelationId());
            assertEquals("t", wire.getSubject());
            assertEquals("r", wire.getReplyTo());
            assertEquals(9, wire.getPriority());
            assertEquals(1000, wire.getTtl());
        }
    }

    @Test
    void bodiesBecomeMessagesOfTheirType() {
        try (JMSContext context = context()) {
            Queue queue = context.createQueue("q");
            context.createProducer()
                    .send(queue, "text")
                    .send(queue, new byte[] {1})
                    .send(queue, Map.of("k", 1))
                    .send(queue, (Serializable) 5)
                    .send(queue, (String) null);

            byte[] types = new byte[5];
            for (int i = 0; i < 5; i++) {
                types[i] = (Byte) Encoded.message(peer.connection().messages().get(i))
                        .getMessageAnnotations()
                        .getValue()
                        .get(Symbol.valueOf("x-opt-jms-msg-type"));
            }
            assertArrayEquals(new byte[] {5, 3, 2, 1, 5}, types);
        }
    }

    @Test
    void wrongArgumentsAreTheUncheckedTwins() {
        try (JMSContext context = context()) {
            Queue queue = context.createQueue("q");
            JMSProducer producer = context.createProducer();

            assertThrows(MessageFormatRuntimeException.class, () -> producer.send(queue, (Message) null));
            assertThrows(InvalidDestinationRuntimeException.class, () -> producer.send(null, "x"));
            assertThrows(IllegalArgumentException.class, () -> producer.setProperty("", 1));
            assertThrows(MessageFormatRuntimeException.class, () -> producer.setProperty("x", new Object()));
            assertThrows(JMSRuntimeException.class, () -> producer.setPriority(11));
            assertThrows(JMSRuntimeException.class, () -> producer.setDeliveryMode(0));
            assertThrows(JMSRuntimeException.class, () -> producer.setTimeToLive(-1));
            assertThrows(InvalidSelectorRuntimeException.class, () -> context.createConsumer(queue, "="));
            assertThrows(IllegalStateRuntimeException.class, context::commit);
        }
    }

    @Test
    void bodyOfAnotherClassStaysForTheNextReceive() throws JMSException {
        try (JMSContext context = context()) {
            JMSConsumer consumer = context.createConsumer(context.createQueue("q"));
            deliver("first", "second");

            assertThrows(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class, 5000));
            assertTrue(peer.connection().outcomes().isEmpty(), "as if never called");

            Message first = consumer.receive();
            assertEquals("first", ((TextMessage) first).getText());
            assertFalse(first.getJMSRedelivered());
            assertEquals("second", consumer.receiveBody(String.class));
            assertNull(consumer.receiveBodyNoWait(String.class));
            assertNull(consumer.receiveBody(String.class, 10));
        }
    }

    @Test
    void acknowledgeIsForAllTheSessionHasDelivered() {
        try (JMSContext context = context(JMSContext.CLIENT_ACKNOWLEDGE)) {
            JMSConsumer consumer = context.createConsumer(context.createQueue("q"));
            deliver("1", "2", "3");
            consumer.receive();
            consumer.receiveBody(String.class);
            assertThrows(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class));

            context.acknowledge();

            Waiting.until(() -> peer.connection().outcomes().size() == 3);
            assertInstanceOf(Accepted.class, peer.connection().outcomes().get(2).state());
        }
    }

    @Test
    void acknowledgeInOtherModesDoesNothing() {
        try (JMSContext context = context()) {
            context.acknowledge();
            assertEquals(JMSContext.AUTO_ACKNOWLEDGE, context.getSessionMode());
        }
    }

    @Test
    void clientIdIsSetBeforeUse() {
        try (JMSContext context = context()) {
            context.setClientID("me");
            assertEquals("me", context.getClientID());
        }
        try (JMSContext context = context();
                JMSContext second = context.createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
            assertThrows(IllegalStateRuntimeException.class, () -> second.setClientID("me"));
        }
    }

    @Test
    void connectionClosesWithTheLastContext() {
        JMSContext first = context();
        JMSContext second = first.createContext(JMSContext.CLIENT_ACKNOWLEDGE);
        first.close();
        first.close();
        assertThrows(IllegalStateRuntimeException.class, first::createTextMessage);

        assertNotNull(second.createTextMessage());
        assertFalse(peer.connection().isEnded());
        second.close();

        Waiting.until(() -> peer.connection().isEnded());
        assertEquals(1, peer.connections().size());
    }

    @Test
    void listenerIsTheOneThatWasSet() {
        try (JMSContext context = context()) {
            JMSConsumer consumer = context.createConsumer(context.createQueue("q"), "a = 1");
            MessageListener listener = message -> {};

            consumer.setMessageListener(listener);

            assertSame(listener, consumer.getMessageListener());
            assertEquals("a = 1", consumer.getMessageSelector());
        }
    }
}
