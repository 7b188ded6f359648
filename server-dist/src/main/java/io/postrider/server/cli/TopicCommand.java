// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postrider topic …}: looks after the logs of topics. */
@Command(name = "topic", description = "Cut off and copy what topics retain.")
public final class TopicCommand {
    @Command(
            name = "rewind",
            mixinStandardHelpOptions = true,
            description = "Send copies of what a topic retains to another address (--into).")
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
            description = "Remove what lies before a position, for every subscription.")
    int truncate(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "NAME") String name,
            @Mixin TruncateOptions options) {
        return options.run(output, broker, name);
    }
}
