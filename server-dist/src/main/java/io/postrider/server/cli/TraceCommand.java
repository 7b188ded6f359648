// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider trace}: the life of one message. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Tell the life of one message of a queue or topic.")
public final class TraceCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Parameters(index = "0", paramLabel = "ADDRESS")
    private String address = "";

    @Parameters(index = "1", paramLabel = "OFFSET", arity = "0..1")
    private @Nullable Long offset;

    @Option(names = "--message-id", description = "The message with this id, instead of an offset.")
    private @Nullable String messageId;

    @Override
    public Integer call() {
        if ((offset == null) == (messageId == null)) {
            throw new CliException(ExitCode.USAGE, "Expected an OFFSET or --message-id, and not both");
        }
        JsonObject trace = broker.rest()
                .get("/api/v1/addresses/" + RestClient.encode(address) + "/trace?"
                        + (messageId == null ? "offset=" + offset : "messageId=" + RestClient.encode(messageId)));
        output.print(trace, text(trace));
        return ExitCode.OK;
    }

    private static String text(JsonObject trace) {
        JsonArray steps = trace.getJsonArray("steps");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("TIME", "OFFSET", "WHAT"));
        for (int i = 0; i < steps.size(); i++) {
            JsonObject step = steps.getJsonObject(i);
            rows.add(List.of(
                    step.getString("time"),
                    step.getValue("offset").toString(),
                    step.getString("what") + (step.getBoolean("logged") ? "" : " (remembered)")));
        }
        String since = trace.getBoolean("sinceBeginning")
                ? "The log was read from its beginning."
                : trace.getValue("since") == null
                        ? "The log holds nothing newer than its last checkpoint; what was before is not told."
                        : "The log was read from " + trace.getString("since") + " on; what was before is not told.";
        return (steps.isEmpty() ? "Nothing is known of it." : Output.table(rows)) + System.lineSeparator() + since;
    }
}
