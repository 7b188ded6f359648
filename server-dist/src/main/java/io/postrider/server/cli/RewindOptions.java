// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a log is read again, and how. Filled by picocli. */
final class RewindOptions {
    static final String POSITIONS =
            "earliest, an offset, last:N, a duration such as 10m, or a time such as 2026-01-31T12:00:00Z";

    @Option(
            names = "--to",
            paramLabel = "POSITION",
            required = true,
            description = "Where it begins: " + POSITIONS + ".")
    String to = "";

    @Option(names = "--selector", description = "Only what this JMS selector matches.")
    @Nullable
    String selector;

    @Option(names = "--into", paramLabel = "NAME", description = "Send copies to this queue or topic instead.")
    @Nullable
    String into;

    @Option(names = "--dry-run", description = "Only count.")
    boolean isDryRun;

    @Option(names = "--rate", paramLabel = "N", description = "At most so many messages a second.")
    int rate;

    /** Asks the broker, and says what it did. */
    int run(Output output, BrokerOptions broker, String name) {
        JsonObject body = new JsonObject()
                .put("to", to)
                .put("selector", selector)
                .put("into", into)
                .put("dryRun", isDryRun)
                .put("rate", rate);
        JsonObject result = broker.rest().post("/api/v1/queues/" + RestClient.encode(name) + "/rewind", body);
        output.print(result, text(result, name));
        return ExitCode.OK;
    }

    private String text(JsonObject result, String name) {
        if (result.getBoolean("goesOn")) {
            return "The rewind of " + name + " goes on; the broker's log tells when it is done.";
        }
        long count = result.getLong("messages");
        if (isDryRun) {
            return count + " messages would " + (into == null ? "come back to " + name : "be copied to " + into) + ".";
        }
        return into == null
                ? count + " messages came back to " + name + "."
                : "Copied " + count + " messages of " + name + " to " + into + ".";
    }
}
