// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider user add}: {@code --password} is the new user's here, so the caller logs in by other names. */
@Command(
        name = "add",
        description = {
            "Add a user, or change the password and roles of one.",
            "Without --password or --password-file the password is asked for, or read from standard input.",
            "If no broker runs on the data directory, its store is changed directly."
        })
final class UserAddCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final BrokerLocation location = new BrokerLocation();

    @Parameters(paramLabel = "NAME", description = "Name of the new user.")
    private String name = "";

    @Option(names = "--role", paramLabel = "ROLE", description = "A role of the user; repeatable.")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--admin", description = "The same as --role admin: the user may manage the broker.")
    private boolean isAdmin;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "The new user's password; others on this machine can see it while the command runs.")
    private @Nullable String password;

    @Option(names = "--password-file", paramLabel = "FILE", description = "File with the new user's password.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--login-user",
            paramLabel = "NAME",
            description = "Administrator to log in as. Environment: POSTRIDER_USER.")
    private @Nullable String loginUser;

    @Option(names = "--login-password-file", paramLabel = "FILE", description = "File with that one's password.")
    private @Nullable Path loginPasswordFile;

    @Override
    public Integer call() {
        String secret = newPassword();
        Set<String> names = isAdmin ? with(roles, "admin") : Set.copyOf(roles);
        Optional<JsonObject> offline = OfflineUsers.put(location, name, secret, names);
        JsonObject user = offline.isPresent() ? offline.get() : putOnline(secret, names);
        output.print(user, "User " + name + " is there; roles: " + roles(user) + ".");
        return ExitCode.OK;
    }

    private JsonObject putOnline(String secret, Set<String> names) {
        JsonObject body = new JsonObject().put("password", secret).put("roles", new JsonArray(List.copyOf(names)));
        return new RestClient(location.httpUrl(), login()).put("/api/v1/users/" + RestClient.encode(name), body);
    }

    private Optional<Login> login() {
        String user = loginUser != null ? loginUser : location.environment().get("POSTRIDER_USER");
        if (user == null) {
            return location.operator();
        }
        String known = location.environment().get("POSTRIDER_PASSWORD");
        if (loginPasswordFile != null) {
            known = read(loginPasswordFile);
        }
        return Optional.of(new Login(user, known != null ? known : Passwords.ask("Password of " + user + ": ")));
    }

    private String newPassword() {
        if (password != null) {
            return password;
        }
        if (passwordFile != null) {
            return read(passwordFile);
        }
        return System.console() != null ? Passwords.askTwice(name) : fromStandardInput();
    }

    private String fromStandardInput() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line != null && !line.isEmpty()) {
                return line;
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "Expected to read a password from standard input", e);
        }
        throw new CliException(
                ExitCode.USAGE, "Expected a password for " + name + " on standard input, but there was none");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "Expected a readable password file at " + file, e);
        }
    }

    private static Set<String> with(List<String> roles, String more) {
        List<String> all = new ArrayList<>(roles);
        all.add(more);
        return all.stream().collect(Collectors.toUnmodifiableSet());
    }

    static String roles(JsonObject user) {
        String roles = user.getJsonArray("roles").stream().map(String::valueOf).collect(Collectors.joining(", "));
        return roles.isEmpty() ? "none" : roles;
    }
}
