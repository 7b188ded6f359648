// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider consumer …}: who receives, and who may for now. */
@Command(name = "consumer", description = "List consumers, pause and resume one.")
public final class ConsumerCommand {
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List consumers: those of an address in the order in which they are considered.")
    int list(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Option(names = "--filter", description = "Only addresses that contain this.", defaultValue = "")
                    String filter) {
        JsonObject page = broker.rest().get("/api/v1/consumers?limit=10000&filter=" + RestClient.encode(filter));
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "ID",
                "ADDRESS",
                "SUBSCRIPTION",
                "CONTAINER",
                "USER",
                "PRIORITY",
                "STATE",
                "CREDIT",
                "UNSETTLED",
                "OLDEST MS",
                "KEYS",
                "SELECTOR"));
        for (int i = 0; i < items.size(); i++) {
            rows.add(row(items.getJsonObject(i)));
        }
        output.print(page, items.isEmpty() ? "There are no consumers." : Output.table(rows));
        return ExitCode.OK;
    }

    private static List<String> row(JsonObject consumer) {
        return List.of(
                consumer.getValue("id").toString(),
                consumer.getString("address"),
                consumer.getString("subscription"),
                consumer.getString("container"),
                consumer.getString("user"),
                consumer.getValue("priority").toString(),
                state(consumer),
                consumer.getValue("credit").toString(),
                consumer.getValue("unsettled").toString(),
                consumer.getValue("oldestUnsettledMs").toString(),
                consumer.getValue("keys").toString(),
                consumer.getString("selector"));
    }

    private static String state(JsonObject consumer) {
        if (consumer.getBoolean("paused")) {
            return "paused";
        }
        if (!consumer.getBoolean("active")) {
            return "waiting";
        }
        return consumer.getBoolean("slow") ? "slow" : "active";
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, description = "Let a consumer have nothing for now.")
    int pause(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "ID") long id) {
        JsonObject done = broker.rest().post("/api/v1/consumers/" + id + "/pause");
        output.print(done, "Consumer " + id + " is paused.");
        return ExitCode.OK;
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Let a paused consumer go on.")
    int resume(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "ID") long id) {
        JsonObject done = broker.rest().post("/api/v1/consumers/" + id + "/resume");
        output.print(done, "Consumer " + id + " goes on.");
        return ExitCode.OK;
    }
}
