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

/** {@code postrider transaction …}: global transactions whose manager does not come back. */
@Command(name = "transaction", description = "List prepared global transactions, and decide on one.")
public final class TransactionCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List prepared branches.")
    int list(@Mixin Output output, @Mixin BrokerOptions broker) {
        JsonObject all = broker.rest().get("/api/v1/transactions");
        JsonArray items = all.getJsonArray("items");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("BRANCH", "STATE", "PREPARED", "PARTS"));
        for (int i = 0; i < items.size(); i++) {
            JsonObject branch = items.getJsonObject(i);
            rows.add(List.of(
                    branch.getString("branch"),
                    branch.getString("state"),
                    branch.getString("preparedAt"),
                    branch.getValue("parts").toString()));
        }
        output.print(all, items.isEmpty() ? "No transaction waits for a decision." : Output.table(rows));
        return ExitCode.OK;
    }

    @Command(
            name = "commit",
            mixinStandardHelpOptions = true,
            description = "Commit a branch in place of its transaction manager, which is told when it asks.")
    int commit(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "BRANCH") String branch) {
        return decide(output, broker, branch, "commit", "Committed");
    }

    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Roll a branch back in place of its transaction manager, which is told when it asks.")
    int rollback(@Mixin Output output, @Mixin BrokerOptions broker, @Parameters(paramLabel = "BRANCH") String branch) {
        return decide(output, broker, branch, "rollback", "Rolled back");
    }

    private static int decide(Output output, BrokerOptions broker, String branch, String decision, String done) {
        JsonObject decided = broker.rest().post("/api/v1/transactions/" + RestClient.encode(branch) + "/" + decision);
        output.print(decided, done + " " + branch + ".");
        return ExitCode.OK;
    }
}
