// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.server.config.ConfigLoader;
import io.postrider.server.process.PostriderServer;
import io.postrider.server.run.RunFiles;
import io.postrider.server.security.OperatorToken;
import io.postrider.server.wiring.Container;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code postrider archive}: runs a broker on a temporary store, uses it a little and ends. The start script has the virtual
 * machine write down which classes that took; later starts read them ready to use.
 */
@Command(
        name = "archive",
        description = {
            "Make later starts faster and smaller, for this Java and this place.",
            "Writes lib/classes-VERSION.jsa. Run it again after moving the distribution or changing the Java."
        })
public final class ArchiveCommand implements Callable<Integer> {
    private static final int MESSAGES = 100;
    private static final long RECEIVE_TIMEOUT_MS = 10_000;
    private static final String QUEUE = "archive";

    @Override
    public Integer call() throws IOException, JMSException {
        Path directory = Files.createTempDirectory("postrider-archive");
        try {
            runBroker(directory);
        } finally {
            delete(directory);
        }
        return ExitCode.OK;
    }

    private static void runBroker(Path directory) throws JMSException {
        ConfigLoader loader = new ConfigLoader();
        RunCommand.distributionFile().ifPresent(loader::file);
        Container container = new Container(loader.assignments(List.of(
                        "data.dir=" + directory,
                        "amqp.host=127.0.0.1",
                        "amqp.port=0",
                        "http.host=127.0.0.1",
                        "http.port=0",
                        "auth.anonymous=true"))
                .load());
        try (PostriderServer server = container.server()) {
            RunFiles.Ports ports = server.start().ports();
            exchange("amqp://127.0.0.1:" + ports.amqp());
            Optional<Login> operator =
                    new RunFiles(directory).operatorToken().map(token -> new Login(OperatorToken.USER, token));
            new RestClient("http://127.0.0.1:" + ports.http(), operator).get("/api/v1/queues");
        } finally {
            container.close();
        }
    }

    private static void exchange(String uri) throws JMSException {
        try (JmsSession open = JmsSession.open(uri, Optional.empty(), null, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer =
                        open.session().createProducer(open.session().createQueue(QUEUE));
                MessageConsumer consumer =
                        open.session().createConsumer(open.session().createQueue(QUEUE))) {
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(open.session().createTextMessage("message " + i));
                if (consumer.receive(RECEIVE_TIMEOUT_MS) == null) {
                    throw new CliException(
                            ExitCode.FAILED, "Expected a message within " + RECEIVE_TIMEOUT_MS + " ms at " + uri);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
