// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.large;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import java.util.Enumeration;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** JMS clients send, browse, give back and receive large messages; their bytes and properties stay what they were. */
class LargeJmsTest {
    private static final int MIB = 1 << 20;
    private static final BrokerUnderTest BROKER =
            BrokerUnderTest.named("large-jms").withJava("-Xmx128m");

    @BeforeAll
    static void start() {
        BROKER.start();
    }

    @AfterAll
    static void stop() {
        BROKER.close();
    }

    static Stream<Arguments> clientsAndSizes() {
        Function<String, ConnectionFactory> own = PostriderConnectionFactory::new;
        Function<String, ConnectionFactory> qpid = JmsConnectionFactory::new;
        return Stream.of(5, 50)
                .flatMap(size -> Stream.of(
                        Arguments.of("own", "own", size, own, own),
                        Arguments.of("qpid", "qpid", size, qpid, qpid),
                        Arguments.of("own", "qpid", size, own, qpid)));
    }

    @ParameterizedTest(name = "{0} to {1}, {2} MiB")
    @MethodSource("clientsAndSizes")
    void bytesStayWhatTheyWere(
            String from,
            String to,
            int mebibytes,
            Function<String, ConnectionFactory> sending,
            Function<String, ConnectionFactory> receiving)
            throws JMSException {
        byte[] bytes = new byte[mebibytes * MIB];
        new Random(mebibytes).nextBytes(bytes);
        String uri = "amqp://127.0.0.1:" + BROKER.amqpPort();
        String name = "large-" + from + "-" + to + "-" + mebibytes;
        try (JMSContext sender = sending.apply(uri).createContext();
                JMSContext receiver = receiving.apply(uri).createContext(JMSContext.CLIENT_ACKNOWLEDGE)) {
            Queue queue = sender.createQueue(name);
            BytesMessage message = sender.createBytesMessage();
            message.writeBytes(bytes);
            message.setStringProperty("colour", "red");
            sender.createProducer().send(queue, message);

            try (QueueBrowser browser = receiver.createBrowser(receiver.createQueue(name))) {
                Enumeration<?> browsed = browser.getEnumeration();
                assertTrue(browsed.hasMoreElements(), "something to browse");
                assertSame(bytes, (BytesMessage) browsed.nextElement());
            }
            var consumer = receiver.createConsumer(receiver.createQueue(name), "colour = 'red'");
            assertSame(bytes, (BytesMessage) consumer.receive(30_000));
            receiver.recover();
            BytesMessage again = (BytesMessage) consumer.receive(30_000);
            assertTrue(again.getJMSRedelivered(), "redelivered");
            assertSame(bytes, again);
            receiver.acknowledge();
        }
    }

    private static void assertSame(byte[] expected, BytesMessage found) throws JMSException {
        assertEquals("red", found.getStringProperty("colour"));
        byte[] body = new byte[(int) found.getBodyLength()];
        found.readBytes(body);
        assertArrayEquals(expected, body);
    }
}
