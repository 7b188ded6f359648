// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.util.Enumeration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider browse}: prints the messages of a queue and leaves them where they are. */
@Command(name = "browse", description = "Print the messages of a queue without taking them.")
public final class BrowseCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Parameters(paramLabel = "QUEUE")
    private String queue = "";

    @Option(names = "--count", defaultValue = "100", description = "Print at most so many (default 100).")
    private long count;

    @Option(names = "--selector", paramLabel = "TEXT", description = "Only messages that match this JMS selector.")
    private @Nullable String selector;

    @Override
    public Integer call() {
        return JmsSession.run(broker, null, Session.AUTO_ACKNOWLEDGE, this::browse);
    }

    private int browse(JmsSession jms) throws JMSException {
        try (QueueBrowser browser = jms.session().createBrowser(jms.session().createQueue(queue), selector)) {
            long shown = 0;
            for (Enumeration<?> messages = browser.getEnumeration();
                    shown < count && messages.hasMoreElements();
                    shown++) {
                ReceiveCommand.print(output, (Message) messages.nextElement());
            }
            if (shown == 0) {
                output.note("There is no message in " + queue + ".");
            }
            return ExitCode.OK;
        }
    }
}
