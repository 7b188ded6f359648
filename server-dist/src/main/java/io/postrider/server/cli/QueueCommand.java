// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider queue …}: looks after queues. */
@Command(name = "queue", description = "List, show, create, delete, purge, rewind and truncate queues.")
public final class QueueCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List queues and durable subscriptions.")
    int list(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Option(names = "--filter", description = "Only names that contain this.", defaultValue = "")
                    String filter) {
        JsonObject page = broker.rest().get("/api/v1/queues?limit=10000&filter=" + RestClient.encode(filter));
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NAME", "KIND", "DEPTH", "READY", "UNSETTLED", "CONSUMERS", "PUBLISHED", "DEAD-LETTERED"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject queue = items.getJsonObject(i);
            rows.add(List.of(
                    queue.getString("name"),
                    queue.getString("subscription").isEmpty() ? "queue" : "subscription",
                    queue.getValue("depth").toString(),
                    queue.getValue("ready").toString(),
                    queue.getValue("unsettled").toString(),
                    queue.getValue("consumers").toString(),
                    queue.getValue("published").toString(),
                    queue.getValue("deadLettered").toString()));
        }
        output.print(page, items.isEmpty() ? "There are no queues yet." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one queue, or one subscription as TOPIC::SUBSCRIPTION.")
    int show(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject queue = broker.rest().get("/api/v1/queues/" + RestClient.encode(name));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("FIELD", "VALUE"));
        for (Map.Entry<String, Object> field : queue) {
            rows.add(List.of(field.getKey(), String.valueOf(field.getValue())));
        }
        output.print(queue, Output.table(rows));
        return ExitCode.OK;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Create a queue, or a topic with --topic.")
    int create(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--topic", description = "Create a topic.") boolean isTopic,
            @Option(names = "--set", paramLabel = "SETTING=VALUE", description = "A setting of its own.") @Nullable
                    Map<String, String> settings) {
        JsonObject body = new JsonObject()
                .put("kind", isTopic ? "topic" : "queue")
                .put("settings", PolicyCommand.settings(settings));
        JsonObject created = broker.rest().put("/api/v1/addresses/" + RestClient.encode(name), body);
        output.print(created, "Created " + created.getString("kind") + " " + name + ".");
        return ExitCode.OK;
    }

    @Command(
            name = "update",
            mixinStandardHelpOptions = true,
            description = "Change the settings of a queue or topic, while messages and consumers are there.")
    int update(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--set", paramLabel = "SETTING=VALUE", description = "Set it.") @Nullable
                    Map<String, String> settings,
            @Option(names = "--unset", paramLabel = "SETTING", description = "Leave it to the policies again.")
                    @Nullable
                    List<String> unset) {
        JsonObject values = PolicyCommand.settings(settings);
        if (unset != null) {
            unset.forEach(values::putNull);
        }
        JsonObject changed = broker.rest()
                .post(
                        "/api/v1/addresses/" + RestClient.encode(name) + "/settings",
                        new JsonObject().put("settings", values));
        output.print(changed, "Now " + name + " sets " + PolicyCommand.text(changed.getJsonObject("settings")) + ".");
        return ExitCode.OK;
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Delete a queue or topic with its messages.")
    int delete(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--force", description = "Delete even if there are messages in it.") boolean isForced) {
        RestClient client = broker.rest();
        if (!isForced) {
            refuseIfInUse(client, name);
        }
        JsonObject deleted = client.delete("/api/v1/addresses/" + RestClient.encode(name));
        output.print(deleted, "Deleted " + deleted.getString("kind") + " " + name + ".");
        return ExitCode.OK;
    }

    private static void refuseIfInUse(RestClient client, String name) {
        JsonArray items = client.get("/api/v1/queues?limit=10000&filter=" + RestClient.encode(name))
                .getJsonArray("items");
        long depth = 0;
        for (int i = 0; i < items.size(); i++) {
            JsonObject queue = items.getJsonObject(i);
            depth += queue.getString("address").equals(name) ? queue.getLong("depth") : 0;
        }
        if (depth > 0) {
            throw new CliException(
                    ExitCode.FAILED, name + " still holds " + depth + " messages; --force deletes them with it");
        }
    }

    @Command(
            name = "return-deferred",
            mixinStandardHelpOptions = true,
            description = "Return what consumers have put aside; of a subscription as TOPIC::SUBSCRIPTION.")
    int returnDeferred(
            @Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject result = broker.rest().post("/api/v1/queues/" + RestClient.encode(name) + "/return-deferred");
        output.print(result, "Returned " + result.getLong("returned") + " messages of " + name + " to their places.");
        return ExitCode.OK;
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Remove the messages of a queue, except those with a consumer.")
    int purge(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject result = broker.rest().post("/api/v1/queues/" + RestClient.encode(name) + "/purge");
        output.print(result, "Removed " + result.getLong("purged") + " messages from " + name + ".");
        return ExitCode.OK;
    }

    @Command(
            name = "rewind",
            mixinStandardHelpOptions = true,
            description = "Let a queue read retained messages again, or copy them to another one.")
    int rewind(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Mixin RewindOptions options) {
        return options.run(output, broker, name);
    }

    @Command(
            name = "truncate",
            mixinStandardHelpOptions = true,
            description = "Remove what lies before a position, consumed or not.")
    int truncate(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Mixin TruncateOptions options) {
        return options.run(output, broker, name);
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Hand out nothing of a queue, or of TOPIC::SUBSCRIPTION, until it is resumed.")
    int pause(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject result = broker.rest().post("/api/v1/queues/" + RestClient.encode(name) + "/pause");
        output.print(result, name + " is paused.");
        return ExitCode.OK;
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Hand out the messages of a paused queue, or TOPIC::SUBSCRIPTION, again.")
    int resume(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject result = broker.rest().post("/api/v1/queues/" + RestClient.encode(name) + "/resume");
        output.print(result, name + " goes on.");
        return ExitCode.OK;
    }

    @Command(
            name = "partitions",
            mixinStandardHelpOptions = true,
            description = "Show which consumer has which partition of a queue.")
    int partitions(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject page = broker.rest().get("/api/v1/queues/" + RestClient.encode(name) + "/partitions");
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PARTITION", "CONSUMER", "NEXT", "UNSETTLED", "SELECTOR"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject partition = items.getJsonObject(i);
            long next = partition.getLong("next");
            rows.add(List.of(
                    partition.getValue("partition").toString(),
                    partition.getValue("consumer").toString(),
                    next == 0 ? "-" : Long.toString(next),
                    partition.getValue("unsettled").toString(),
                    partition.getString("selector")));
        }
        output.print(page, items.isEmpty() ? "Nobody has a partition of " + name + " now." : Output.table(rows));
        return ExitCode.OK;
    }
}
