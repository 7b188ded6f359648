// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.OutsideProcess;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator types, against the built distribution with its defaults: no anonymous users, the operator's token from the data directory. */
class OperatorCommandsTest {
    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() {
        broker = BrokerUnderTest.named("operator")
                .with("auth.anonymous", "false")
                .withUser("app", "secret")
                .start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>();
        command.add(BrokerUnderTest.HOME.resolve("bin/postrider").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("--data", broker.data().toString()));
        return command;
    }

    private static String run(String... words) {
        return OutsideProcess.run(command(words));
    }

    private static JMSContext context() {
        return new PostriderConnectionFactory("app", "secret", "amqp://127.0.0.1:" + broker.amqpPort()).createContext();
    }

    @Test
    void anOperatorSendsAndReceives() {
        run("send", "cli", "hello");

        assertTrue(run("receive", "cli").contains("hello"));
    }

    @Test
    void aPolicyHoldsAtOnceAndIsExplained() {
        run("policy", "set", "shop.#", "limit.messages=1", "limit.when-full=reject");
        run("queue", "create", "shop.orders", "--set", "dead-letter.address=shop.dead");

        String explained = run("policy", "explain", "shop.orders");
        run("send", "shop.orders", "first");
        boolean isSecondTaken = OutsideProcess.succeeds(command("send", "shop.orders", "second"));
        String listed = run("policy", "list");
        run("queue", "update", "shop.orders", "--set", "limit.messages=2");
        run("send", "shop.orders", "second");
        run("policy", "remove", "shop.#");

        assertTrue(explained.matches("(?s).*limit.messages +1 +policy shop.#.*"), explained);
        assertTrue(explained.matches("(?s).*dead-letter.address +shop.dead +the address itself.*"), explained);
        assertFalse(isSecondTaken);
        assertTrue(listed.contains("shop.#"), listed);
        assertFalse(run("policy", "list").contains("shop.#"));
    }

    @Test
    void consumedMessagesComeBackByARewind() {
        run("policy", "set", "replay.#", "retention.count=1000");
        run("send", "replay.a", "one");
        run("send", "replay.a", "two");
        run("receive", "replay.a", "--count", "2");

        String counted = run("queue", "rewind", "replay.a", "--to", "earliest", "--dry-run");
        String back = run("queue", "rewind", "replay.a", "--to", "1");

        assertTrue(counted.contains("2 messages would come back to replay.a"), counted);
        assertTrue(back.contains("1 messages came back to replay.a"), back);
        assertTrue(run("receive", "replay.a").contains("two"));
        run("queue", "create", "replay.b");
        String copied = run("queue", "rewind", "replay.a", "--to", "0", "--into", "replay.b");
        assertTrue(copied.contains("Copied 2 messages of replay.a to replay.b"), copied);
        assertTrue(run("receive", "replay.b").contains("one"));
        String cut = run("queue", "truncate", "replay.a", "--before", "1");
        assertTrue(cut.contains("starts at offset 1"), cut);
        run("policy", "remove", "replay.#");
        assertFalse(OutsideProcess.succeeds(command("queue", "rewind", "replay.a", "--to", "0")));
    }

    @Test
    void aForwardRuleSendsOn() throws Exception {
        run("forward", "set", "audit", "pay.*", "audit", "--selector", "amount > 10");
        try (JMSContext context = context()) {
            context.createProducer().setProperty("amount", 5).send(context.createQueue("pay.eu"), "small");
            context.createProducer().setProperty("amount", 50).send(context.createQueue("pay.eu"), "large");

            try (JMSConsumer audit = context.createConsumer(context.createQueue("audit"))) {
                assertEquals("large", audit.receiveBody(String.class, 5000));
            }
            try (JMSConsumer origin = context.createConsumer(context.createQueue("pay.eu"))) {
                assertEquals("small", origin.receiveBody(String.class, 5000));
                assertEquals("large", origin.receiveBody(String.class, 5000));
            }
        }
        assertTrue(run("forward", "list").contains("amount > 10"));
        run("forward", "remove", "audit");
        assertTrue(run("forward", "list").contains("There are no forward rules."));
    }

    @Test
    void deadLettersAreListedExplainedAndSentBack() throws Exception {
        run("policy", "set", "bills.#", "redelivery.max-attempts=1", "dead-letter.address=dead.{address}");
        try (JMSContext context = context()) {
            context.setClientID("biller");
            context.createProducer().setProperty("region", "EU").send(context.createQueue("bills.eu"), "one");
            context.createProducer().setProperty("region", "US").send(context.createQueue("bills.eu"), "two");
            String waiting = run("why", "queue", "bills.eu");
            assertTrue(waiting.contains("2 ready, 0 unsettled: no consumer is attached."), waiting);
        }
        try (JMSContext failing = context().createContext(JMSContext.SESSION_TRANSACTED)) {
            JMSConsumer consumer = failing.createConsumer(failing.createQueue("bills.eu"));
            assertEquals("one", consumer.receiveBody(String.class, 5000));
            assertEquals("two", consumer.receiveBody(String.class, 5000));
            failing.rollback();
        }

        String letters = run("dlq", "list", "dead.bills.eu");
        String counted = run("dlq", "redrive", "dead.bills.eu", "--dry-run", "--selector", "region = 'EU'");
        String sent = run("dlq", "redrive", "dead.bills.eu", "--selector", "region = 'EU'");

        assertTrue(letters.contains("max-delivery-attempts"), letters);
        assertTrue(counted.startsWith("1 letters would be sent back"), counted);
        assertTrue(sent.contains("is done: 1 sent back, 0 stay."), sent);
        assertTrue(run("dlq", "jobs").contains("dead.bills.eu"));
        assertTrue(run("receive", "bills.eu").contains("one"));
        String trace = run("trace", "bills.eu", "0");
        assertTrue(trace.contains("dead-lettered: max-delivery-attempts, to 'dead.bills.eu'"), trace);
        String message = run("why", "message", "bills.eu", "0");
        assertTrue(message.startsWith("Offset 0 is done here"), message);
        assertTrue(run("dlq", "purge", "dead.bills.eu").contains("Removed 1 messages"));
    }

    @Test
    void oneSubscriberHearsAllTopicsOfAPattern() throws Exception {
        try (JMSContext context = context();
                JMSConsumer all = context.createConsumer(context.createTopic("prices.#"));
                JMSConsumer kept = context.createSharedDurableConsumer(context.createTopic("prices.*"), "kept")) {
            context.createProducer().send(context.createTopic("prices.eu"), "eu");
            context.createProducer().send(context.createTopic("prices.us.late"), "us");

            assertEquals("eu", all.receiveBody(String.class, 5000));
            assertEquals("us", all.receiveBody(String.class, 5000));
            assertEquals("eu", kept.receiveBody(String.class, 5000));
            assertNotNull(context);
        }
        try (JMSContext context = context();
                JMSConsumer asQueue = context.createConsumer(context.createTopic("prices.*::kept"))) {
            context.createProducer().send(context.createTopic("prices.uk"), "uk");

            assertEquals("uk", asQueue.receiveBody(String.class, 5000));
        }
    }
}
