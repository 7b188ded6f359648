// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the broker is, and who asks. */
final class BrokerOptions {
    @Mixin
    private final BrokerLocation location;

    @Option(names = "--user", paramLabel = "NAME", description = "User of the broker. Environment: POSTRIDER_USER.")
    private @Nullable String user;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "The user's password; others on this machine can see it. Environment: POSTRIDER_PASSWORD.")
    private @Nullable String password;

    @Option(names = "--password-file", paramLabel = "FILE", description = "File with the user's password.")
    private @Nullable Path passwordFile;

    BrokerOptions() {
        this(new BrokerLocation());
    }

    BrokerOptions(BrokerLocation location) {
        this.location = location;
    }

    BrokerLocation location() {
        return location;
    }

    RestClient rest() {
        return new RestClient(location.httpUrl(), login());
    }

    /** Empty if there is nothing to log in with; then only brokers that let anonymous peers in will do. */
    Optional<Login> login() {
        String name = user != null ? user : location.environment().get("POSTRIDER_USER");
        return name == null ? location.operator() : Optional.of(new Login(name, passwordOf(name)));
    }

    private String passwordOf(String name) {
        if (password != null) {
            return password;
        }
        if (passwordFile != null) {
            try {
                return Files.readString(passwordFile).stripTrailing();
            } catch (IOException e) {
                throw new CliException(ExitCode.USAGE, "Expected a readable password file at " + passwordFile, e);
            }
        }
        String fromEnvironment = location.environment().get("POSTRIDER_PASSWORD");
        if (fromEnvironment != null) {
            return fromEnvironment;
        }
        if (System.console() != null) {
            return Passwords.ask("Password of " + name + ": ");
        }
        throw new CliException(
                ExitCode.USAGE,
                "Expected a password for user " + name
                        + ": give --password-file or --password, or set POSTRIDER_PASSWORD");
    }
}
