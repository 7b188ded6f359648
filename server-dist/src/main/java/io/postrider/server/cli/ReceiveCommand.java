// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider receive}: takes messages and prints them. Each is acknowledged after it was printed. */
@Command(
        name = "receive",
        description = {
            "Take messages from a queue, or receive from a topic, and print them.",
            "Ends with code 4 if there was no message within the time given."
        })
public final class ReceiveCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Parameters(paramLabel = "ADDRESS", description = "Queue, or topic with --topic.")
    private String address = "";

    @Option(names = "--topic", description = "The address is a topic.")
    private boolean isTopic;

    @Option(names = "--count", defaultValue = "1", description = "End after so many messages (default 1).")
    private long count;

    @Option(names = "--all", description = "Take everything that is there.")
    private boolean isAll;

    @Option(names = "--follow", description = "Go on until interrupted.")
    private boolean isFollow;

    @Option(
            names = "--timeout-ms",
            defaultValue = "5000",
            description = "How long to wait for each message (default 5000).")
    private long timeoutMs;

    @Option(names = "--selector", paramLabel = "TEXT", description = "Only messages that match this JMS selector.")
    private @Nullable String selector;

    @Option(
            names = "--durable",
            paramLabel = "NAME",
            description = "Use this durable subscription of the topic; it stays and collects.")
    private @Nullable String subscription;

    @Option(names = "--shared", description = "The subscription is shared with other consumers.")
    private boolean isShared;

    @Option(names = "--client-id", paramLabel = "ID", description = "Client id the subscription belongs to.")
    private @Nullable String clientId;

    @Override
    public Integer call() {
        if (subscription != null && clientId == null && !isShared) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Expected --client-id with --durable: an exclusive subscription belongs to a client");
        }
        return JmsSession.run(broker, clientId, Session.CLIENT_ACKNOWLEDGE, this::receive);
    }

    private int receive(JmsSession jms) throws JMSException {
        MessageConsumer consumer = consumer(jms);
        long limit = isAll || isFollow ? Long.MAX_VALUE : count;
        long received = 0;
        while (received < limit) {
            Message message = isFollow ? consumer.receive() : consumer.receive(timeoutMs);
            if (message == null) {
                break;
            }
            print(output, message);
            message.acknowledge();
            received++;
        }
        if (received == 0) {
            output.note("No message came from " + address + " within " + timeoutMs + " ms.");
            return ExitCode.NOTHING;
        }
        return ExitCode.OK;
    }

    static void print(Output output, Message message) throws JMSException {
        output.print(MessageView.json(message), MessageView.text(message));
    }

    private MessageConsumer consumer(JmsSession jms) throws JMSException {
        Session session = jms.session();
        if (subscription == null) {
            return session.createConsumer(jms.destination(address, isTopic), selector);
        }
        return isShared
                ? session.createSharedDurableConsumer(session.createTopic(address), subscription, selector)
                : session.createDurableConsumer(session.createTopic(address), subscription, selector, false);
    }
}
