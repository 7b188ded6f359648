// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider dlq …}: dead letters and their way back. */
@Command(name = "dlq", description = "List and show dead letters, send them back, remove them.")
public final class DlqCommand {
    private static final long POLL_MS = 200;

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the letters of a queue, oldest first.")
    int list(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "QUEUE", defaultValue = "DLQ") String queue,
            @Option(names = "--from", paramLabel = "OFFSET", description = "Begin at this offset.", defaultValue = "0")
                    long from,
            @Option(names = "--limit", description = "At most so many, up to 1000.", defaultValue = "100") int limit) {
        JsonObject page = broker.rest().get(path(queue) + "/letters?from=" + from + "&limit=" + limit);
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("OFFSET", "DIED", "REASON", "FROM", "ATTEMPTS", "BYTES", "SAID"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject letter = items.getJsonObject(i);
            JsonObject marks = letter.getJsonObject("marks");
            rows.add(List.of(
                    letter.getValue("offset").toString(),
                    time(marks, "x-opt-dead-letter-time"),
                    text(marks, "x-opt-dead-letter-reason"),
                    text(marks, "x-opt-ORIG-QUEUE"),
                    text(marks, "x-opt-delivery-attempts"),
                    letter.getValue("bytes").toString(),
                    text(marks, "x-opt-dead-letter-description")));
        }
        output.print(page, items.isEmpty() ? "There are no letters in " + queue + "." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show all that is written on a letter.")
    int show(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "QUEUE") String queue,
            @Parameters(index = "1", paramLabel = "OFFSET") long offset) {
        JsonObject letter = broker.rest().get(path(queue) + "/letters/" + offset);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("FIELD", "VALUE"));
        rows.add(List.of("offset", letter.getValue("offset").toString()));
        rows.add(List.of("bytes", letter.getValue("bytes").toString()));
        rows.add(List.of("taken", letter.getValue("taken").toString()));
        JsonObject marks = letter.getJsonObject("marks");
        for (Map.Entry<String, Object> mark : marks) {
            boolean isTime = mark.getKey().endsWith("-time") || mark.getKey().endsWith("-EXPIRY");
            rows.add(List.of(mark.getKey(), isTime ? time(marks, mark.getKey()) : String.valueOf(mark.getValue())));
        }
        output.print(letter, Output.table(rows));
        return ExitCode.OK;
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = "Send letters back to the queue or subscription they came from.")
    int redrive(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "QUEUE") String queue,
            @Option(names = "--offset", description = "Only this one.") @Nullable Long offset,
            @Option(names = "--selector", description = "Only what this JMS selector matches.") @Nullable
                    String selector,
            @Option(names = "--to", paramLabel = "ADDRESS", description = "To this address instead.") @Nullable
                    String to,
            @Option(names = "--rate", paramLabel = "N", description = "At most so many a second.", defaultValue = "0")
                    int rate,
            @Option(
                            names = "--canary",
                            paramLabel = "N",
                            description = "Send N first, and the rest only if all of these are accepted.",
                            defaultValue = "0")
                    int canary,
            @Option(names = "--dry-run", description = "Only count.") boolean isDryRun,
            @Option(names = "--background", description = "Do not wait for the end.") boolean isBackground) {
        JsonObject body = new JsonObject()
                .put("offset", offset)
                .put("selector", selector)
                .put("to", to)
                .put("perSecond", rate)
                .put("canary", canary)
                .put("dryRun", isDryRun);
        RestClient client = broker.rest();
        JsonObject status = client.post(path(queue) + "/redrive", body);
        while (!isBackground && isGoingOn(status)) {
            pause();
            status = find(client, status.getLong("id"));
        }
        output.print(status, sentence(status));
        boolean isFailed = status.getString("state").equals("stopped")
                || (offset != null && !isBackground && status.getLong("matched") == 0);
        return isFailed ? ExitCode.FAILED : ExitCode.OK;
    }

    private static boolean isGoingOn(JsonObject status) {
        return status.getValue("ended") == null;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "Interrupted; the redrive goes on: see postrider dlq jobs");
        }
    }

    private static JsonObject find(RestClient client, long id) {
        JsonArray items = client.get("/api/v1/redrives").getJsonArray("items");
        for (int i = 0; i < items.size(); i++) {
            if (items.getJsonObject(i).getLong("id") == id) {
                return items.getJsonObject(i);
            }
        }
        throw new CliException(ExitCode.FAILED, "The broker knows nothing of redrive " + id + " any more");
    }

    private static String sentence(JsonObject status) {
        StringBuilder text = new StringBuilder();
        if (status.getBoolean("dryRun")) {
            text.append(status.getLong("matched") - status.getLong("skipped"))
                    .append(" letters would be sent back, ")
                    .append(status.getLong("skipped"))
                    .append(" would stay.");
        } else {
            text.append("Redrive ")
                    .append(status.getLong("id"))
                    .append(" is ")
                    .append(status.getString("state"))
                    .append(": ")
                    .append(status.getLong("sent"))
                    .append(" sent back, ")
                    .append(status.getLong("skipped"))
                    .append(" stay.");
        }
        status.getJsonArray("notes")
                .forEach(note -> text.append(System.lineSeparator()).append(note));
        return text.toString();
    }

    @Command(
            name = "jobs",
            mixinStandardHelpOptions = true,
            description = "List the redrives since the broker started.")
    int jobs(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject page = broker.rest().get("/api/v1/redrives");
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "QUEUE", "STATE", "MATCHED", "SENT", "STAY", "STARTED", "ENDED"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject status = items.getJsonObject(i);
            rows.add(List.of(
                    status.getValue("id").toString(),
                    status.getString("queue"),
                    status.getString("state"),
                    status.getValue("matched").toString(),
                    status.getValue("sent").toString(),
                    status.getValue("skipped").toString(),
                    status.getString("started"),
                    status.getValue("ended") == null ? "" : status.getString("ended")));
        }
        output.print(page, items.isEmpty() ? "There were no redrives since the broker started." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(name = "stop", mixinStandardHelpOptions = true, description = "Stop a redrive; what was sent stays sent.")
    int stop(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "ID") long id) {
        JsonObject status = broker.rest().delete("/api/v1/redrives/" + id);
        output.print(status, sentence(status));
        return ExitCode.OK;
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Remove the letters of a queue, except those with a consumer.")
    int purge(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "QUEUE") String queue) {
        JsonObject result = broker.rest().post(path(queue) + "/purge");
        output.print(result, "Removed " + result.getLong("purged") + " messages from " + queue + ".");
        return ExitCode.OK;
    }

    private static String path(String queue) {
        return "/api/v1/queues/" + RestClient.encode(queue);
    }

    private static String text(JsonObject marks, String key) {
        Object value = marks.getValue(key);
        return value == null ? "" : value.toString();
    }

    private static String time(JsonObject marks, String key) {
        return marks.getValue(key) instanceof Number number
                ? Instant.ofEpochMilli(number.longValue()).toString()
                : "";
    }
}
