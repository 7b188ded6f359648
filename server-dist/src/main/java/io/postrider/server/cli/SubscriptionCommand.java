// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postrider subscription …}: looks after durable subscriptions. */
@Command(name = "subscription", description = "Let durable subscriptions of topics read messages again.")
public final class SubscriptionCommand {
    @Command(
            name = "rewind",
            mixinStandardHelpOptions = true,
            description = "Let a subscription read retained messages again.")
    int rewind(
            @Mixin Output output,
            @Mixin BrokerOptions broker,
            @Parameters(index = "0", paramLabel = "TOPIC") String topic,
            @Parameters(
                            index = "1",
                            paramLabel = "NAME",
                            description = "As 'queue list' shows it after the '::', with the client's id before a ':'.")
                    String name,
            @Mixin RewindOptions options) {
        return options.run(output, broker, topic + "::" + name);
    }
}
