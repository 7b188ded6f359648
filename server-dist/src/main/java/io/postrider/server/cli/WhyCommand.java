// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postrider why …}: why something does not move. A subscription is named TOPIC::SUBSCRIPTION. */
@Command(name = "why", description = "Say why a queue, a message, a consumer or a producer does not move.")
public final class WhyCommand {
    @Command(
            name = "queue",
            mixinStandardHelpOptions = true,
            description = "Why nothing comes out of a queue or TOPIC::SUBSCRIPTION.")
    int queue(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        return ask(output, broker, name, "");
    }

    @Command(name = "message", mixinStandardHelpOptions = true, description = "Where a message is, and why.")
    int message(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "NAME") String name,
            @Parameters(index = "1", paramLabel = "OFFSET") long offset) {
        return ask(output, broker, name, "?offset=" + offset);
    }

    @Command(
            name = "consumer",
            mixinStandardHelpOptions = true,
            description = "Why the consumers of a container (JMS client id) get nothing.")
    int consumer(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "NAME") String name,
            @Parameters(index = "1", paramLabel = "CONTAINER") String container) {
        return ask(output, broker, name, "?consumer=" + RestClient.encode(container));
    }

    @Command(
            name = "producer",
            mixinStandardHelpOptions = true,
            description = "Why the producers of a container (JMS client id) wait.")
    int producer(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "NAME") String name,
            @Parameters(index = "1", paramLabel = "CONTAINER") String container) {
        return ask(output, broker, name, "?producer=" + RestClient.encode(container));
    }

    private static int ask(Output output, BrokerOptions broker, String name, String query) {
        JsonObject answer = broker.rest().get("/api/v1/queues/" + RestClient.encode(name) + "/why" + query);
        output.print(answer, answer.getString("why"));
        return ExitCode.OK;
    }
}
