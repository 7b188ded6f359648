// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider forward …}: rules that send messages on to other addresses. */
@Command(name = "forward", description = "List, set and remove rules that send messages on to other addresses.")
public final class ForwardCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the rules.")
    int list(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject page = broker.rest().get("/api/v1/forwards?limit=10000");
        JsonArray items = page.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NAME", "FROM", "TO", "SELECTOR", "KIND"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject rule = items.getJsonObject(i);
            rows.add(List.of(
                    rule.getString("name"),
                    rule.getString("source"),
                    rule.getString("target"),
                    rule.getString("selector") == null ? "" : rule.getString("selector"),
                    rule.getBoolean("move") ? "move" : "copy"));
        }
        output.print(page, items.isEmpty() ? "There are no forward rules." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Send on what comes to the addresses that match a pattern; the target is created as a queue.")
    int set(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "NAME") String name,
            @Parameters(index = "1", paramLabel = "FROM") String source,
            @Parameters(index = "2", paramLabel = "TO") String target,
            @Option(names = "--selector", description = "Only what this JMS selector matches.") @Nullable
                    String selector,
            @Option(names = "--move", description = "What is sent on does not stay.") boolean isMove) {
        JsonObject rule = broker.rest()
                .put(
                        "/api/v1/forwards/" + RestClient.encode(name),
                        new JsonObject()
                                .put("source", source)
                                .put("target", target)
                                .put("selector", selector)
                                .put("move", isMove));
        output.print(rule, (isMove ? "Moves" : "Copies") + " from " + source + " to " + target + " from now on.");
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Remove a rule.")
    int remove(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject removed = broker.rest().delete("/api/v1/forwards/" + RestClient.encode(name));
        output.print(removed, "Removed the forward rule " + name + ".");
        return ExitCode.OK;
    }
}
