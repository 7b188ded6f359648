// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postrider policy …}: what holds for the addresses whose names match a pattern, and why. */
@Command(name = "policy", description = "List, set, remove and explain the settings of addresses.")
public final class PolicyCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List policies, the most specific first.")
    int list(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject page = broker.rest().get("/api/v1/policies?limit=10000");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PATTERN", "FROM", "SETTINGS"));
        JsonArray items = page.getJsonArray("items");
        for (int i = 0; i < items.size(); i++) {
            JsonObject rule = items.getJsonObject(i);
            rows.add(List.of(rule.getString("pattern"), rule.getString("from"), text(rule.getJsonObject("settings"))));
        }
        output.print(page, items.isEmpty() ? "There are no policies; the defaults hold." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Set what holds for a pattern, at once: * is any part of one word of a name, # any words.")
    int set(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "PATTERN") String pattern,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "SETTING=VALUE") Map<String, String> settings) {
        JsonObject changed = broker.rest()
                .put(
                        "/api/v1/policies/" + RestClient.encode(pattern),
                        new JsonObject().put("settings", settings(settings)));
        output.print(
                changed,
                "Set the policy of " + pattern + "; it changed " + changed.getLong("addressesChanged") + " addresses.");
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Remove the policy of a pattern.")
    int remove(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "PATTERN") String pattern) {
        JsonObject removed = broker.rest().delete("/api/v1/policies/" + RestClient.encode(pattern));
        output.print(
                removed,
                "Removed the policy of " + pattern + "; it changed " + removed.getLong("addressesChanged")
                        + " addresses.");
        return ExitCode.OK;
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Show every setting of an address, whether or not it exists, and why it holds.")
    int explain(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "ADDRESS") String name) {
        JsonObject explained = broker.rest().get("/api/v1/addresses/" + RestClient.encode(name) + "/settings");
        output.print(explained, table(explained.getJsonArray("items"), "setting", "value", "source"));
        return ExitCode.OK;
    }

    @Command(name = "keys", mixinStandardHelpOptions = true, description = "List all settings and what they mean.")
    int keys(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject keys = broker.rest().get("/api/v1/settings");
        output.print(keys, table(keys.getJsonArray("items"), "setting", "type", "default", "meaning"));
        return ExitCode.OK;
    }

    private static String table(JsonArray items, String... columns) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(java.util.Arrays.stream(columns)
                .map(column -> column.toUpperCase(java.util.Locale.ROOT))
                .toList());
        for (int i = 0; i < items.size(); i++) {
            JsonObject item = items.getJsonObject(i);
            rows.add(java.util.Arrays.stream(columns)
                    .map(column -> item.getValue(column).toString())
                    .toList());
        }
        return Output.table(rows);
    }

    /** Settings given as {@code SETTING=VALUE}, as the REST API takes them. */
    static JsonObject settings(@Nullable Map<String, String> given) {
        JsonObject settings = new JsonObject();
        if (given != null) {
            given.forEach(settings::put);
        }
        return settings;
    }

    /** Settings as {@code SETTING=VALUE}, with commas. */
    static String text(JsonObject settings) {
        return settings.isEmpty()
                ? "nothing"
                : settings.stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .collect(Collectors.joining(", "));
    }
}
