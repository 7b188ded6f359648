// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider send}: sends messages, and returns when the broker has them. */
@Command(
        name = "send",
        description = {
            "Send a text message to a queue or topic. It is durable, and on disk when the command returns.",
            "Without TEXT the message is read from standard input."
        })
public final class SendCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "Queue, or topic with --topic.")
    private String address = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The message.")
    private @Nullable String text;

    @Option(names = "--topic", description = "The address is a topic.")
    private boolean isTopic;

    @Option(names = "--file", paramLabel = "FILE", description = "Send the bytes of a file.")
    private @Nullable Path file;

    @Option(names = "--lines", description = "Send each line of standard input as a message.")
    private boolean isLines;

    @Option(names = "--count", defaultValue = "1", description = "Send it so many times (default 1).")
    private int count;

    @Option(
            names = {"-p", "--property"},
            paramLabel = "NAME[:TYPE]=VALUE",
            description = "A property; TYPE is string, int, long, double or boolean. Repeatable.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(names = "--priority", defaultValue = "4", description = "0 to 9 (default 4).")
    private int priority;

    @Option(names = "--ttl-ms", defaultValue = "0", description = "Time to live in ms (default: for ever).")
    private long ttlMs;

    @Option(names = "--delay-ms", defaultValue = "0", description = "Delivered only after so many ms.")
    private long delayMs;

    @Option(names = "--correlation-id", paramLabel = "ID", description = "Correlation id.")
    private @Nullable String correlationId;

    @Option(names = "--non-durable", description = "Keep it in memory only: lost if the broker stops.")
    private boolean isNonDurable;

    @Override
    public Integer call() {
        return JmsSession.run(broker, null, Session.AUTO_ACKNOWLEDGE, this::send);
    }

    private int send(JmsSession jms) throws JMSException {
        MessageProducer producer = jms.session().createProducer(jms.destination(address, isTopic));
        producer.setDeliveryMode(isNonDurable ? DeliveryMode.NON_PERSISTENT : DeliveryMode.PERSISTENT);
        producer.setPriority(priority);
        producer.setTimeToLive(ttlMs);
        producer.setDeliveryDelay(delayMs);
        long sent = 0;
        String lastId = "";
        for (Object body : bodies()) {
            for (int i = 0; i < count; i++) {
                Message message = message(jms.session(), body);
                producer.send(message);
                lastId = message.getJMSMessageID();
                sent++;
            }
        }
        output.print(
                new JsonObject().put("address", address).put("sent", sent).put("lastId", lastId),
                "Sent " + sent + (sent == 1 ? " message to " : " messages to ") + address + ".");
        return ExitCode.OK;
    }

    private List<Object> bodies() {
        try {
            if (file != null) {
                return List.of(Files.readAllBytes(file));
            }
            if (text != null) {
                return List.of(text);
            }
            String input = readStandardInput(System.in);
            return isLines ? new ArrayList<>(input.lines().toList()) : List.of(input);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "Expected a readable message at " + file, e);
        }
    }

    private static String readStandardInput(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private Message message(Session session, Object body) throws JMSException {
        Message message;
        if (body instanceof byte[] bytes) {
            BytesMessage binary = session.createBytesMessage();
            binary.writeBytes(bytes);
            message = binary;
        } else {
            message = session.createTextMessage(body.toString());
        }
        if (correlationId != null) {
            message.setJMSCorrelationID(correlationId);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            setProperty(message, property.getKey(), property.getValue());
        }
        return message;
    }

    private static void setProperty(Message message, String key, String value) throws JMSException {
        int colon = key.lastIndexOf(':');
        String name = colon < 0 ? key : key.substring(0, colon);
        String type = colon < 0 ? "string" : key.substring(colon + 1);
        try {
            switch (type) {
                case "string" -> message.setStringProperty(name, value);
                case "int" -> message.setIntProperty(name, Integer.parseInt(value));
                case "long" -> message.setLongProperty(name, Long.parseLong(value));
                case "double" -> message.setDoubleProperty(name, Double.parseDouble(value));
                case "boolean" -> message.setBooleanProperty(name, Boolean.parseBoolean(value));
                default ->
                    throw new CliException(
                            ExitCode.USAGE,
                            "Expected the type of property " + name
                                    + " to be string, int, long, double or boolean, but got " + type);
            }
        } catch (NumberFormatException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Expected property " + name + " to be a number of type " + type + ", but got " + value,
                    e);
        }
    }
}
