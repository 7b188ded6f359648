// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Option;

/** What of a log is cut off. Filled by picocli. */
final class TruncateOptions {
    @Option(
            names = "--before",
            paramLabel = "POSITION",
            required = true,
            description = "What lies before it goes: " + RewindOptions.POSITIONS + ".")
    String before = "";

    /** Asks the broker, and says what it did. */
    int run(Output output, BrokerOptions broker, String name) {
        JsonObject result = broker.rest()
                .post(
                        "/api/v1/addresses/" + RestClient.encode(name) + "/truncate",
                        new JsonObject().put("before", before));
        output.print(result, "The log of " + name + " starts at offset " + result.getLong("start") + " now.");
        return ExitCode.OK;
    }
}
