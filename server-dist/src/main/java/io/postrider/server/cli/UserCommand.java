// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postrider user …}: looks after the broker's users. */
@Command(name = "user", description = "Add, list and remove users.", subcommands = UserAddCommand.class)
public final class UserCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List users and their roles.")
    int list(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject page = broker.rest().get("/api/v1/users?limit=10000");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NAME", "ROLES"));
        JsonArray items = page.getJsonArray("items");
        for (int i = 0; i < items.size(); i++) {
            JsonObject user = items.getJsonObject(i);
            rows.add(List.of(user.getString("name"), UserAddCommand.roles(user)));
        }
        output.print(page, items.isEmpty() ? "There are no users." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Remove a user.")
    int remove(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "NAME") String name) {
        JsonObject removed = broker.rest().delete("/api/v1/users/" + RestClient.encode(name));
        output.print(removed, "Removed user " + name + ".");
        return ExitCode.OK;
    }
}
