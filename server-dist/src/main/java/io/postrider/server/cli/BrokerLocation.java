// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.server.run.RunFiles;
import io.postrider.server.security.OperatorToken;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where the broker is that a command is for: an address given on the command line or in the environment; else the broker
 * that runs on a data directory, whose ports and operator token are in its {@code run} directory; else the default ports.
 */
final class BrokerLocation {
    static final String DATA_DEFAULT = "./data";
    private static final int HTTP_PORT_DEFAULT = 8161;
    private static final int AMQP_PORT_DEFAULT = 5672;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The broker's HTTP address, such as http://127.0.0.1:8161. Environment: POSTRIDER_URL.")
    private @Nullable String url;

    @Option(
            names = "--amqp",
            paramLabel = "URI",
            description = "The broker's AMQP address, such as amqp://127.0.0.1:5672. Environment: POSTRIDER_AMQP.")
    private @Nullable String amqp;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The broker that runs on this data directory. Default ./data, or POSTRIDER_DATA.")
    private @Nullable Path data;

    private final Map<String, String> environment;

    BrokerLocation() {
        this(System.getenv());
    }

    BrokerLocation(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The data directory in question, whether or not a broker runs on it. */
    Path data() {
        return data != null ? data : Path.of(environment.getOrDefault("POSTRIDER_DATA", DATA_DEFAULT));
    }

    boolean isDataGiven() {
        return data != null;
    }

    /** Whether the broker is named by an address, so that no directory of this machine says anything about it. */
    boolean isAddressGiven() {
        return url != null || amqp != null || (data == null && environment.containsKey("POSTRIDER_URL"));
    }

    String httpUrl() {
        String given = given(url, "POSTRIDER_URL");
        if (given != null) {
            return given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
        }
        return "http://127.0.0.1:" + ports().map(RunFiles.Ports::http).orElse(HTTP_PORT_DEFAULT);
    }

    String amqpUri() {
        String given = given(amqp, "POSTRIDER_AMQP");
        return given != null
                ? given
                : "amqp://127.0.0.1:" + ports().map(RunFiles.Ports::amqp).orElse(AMQP_PORT_DEFAULT);
    }

    /** The token of the broker on this machine, if this user may read it and no other broker was named. */
    Optional<Login> operator() {
        return isAddressGiven()
                ? Optional.empty()
                : new RunFiles(data()).operatorToken().map(token -> new Login(OperatorToken.USER, token));
    }

    Map<String, String> environment() {
        return environment;
    }

    /** A data directory on the command line is more particular than an address in the environment. */
    private @Nullable String given(@Nullable String option, String variable) {
        return option != null ? option : data != null ? null : environment.get(variable);
    }

    private Optional<RunFiles.Ports> ports() {
        return new RunFiles(data()).ports();
    }
}
