// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to the REST API of a broker. On {@link HttpURLConnection}, which is up in a fraction of the time of the newer
 * client: a command makes one or two requests and is gone.
 */
final class RestClient {
    private static final int TIMEOUT_MS = 30_000;

    private final String url;
    private final Optional<Login> login;

    RestClient(String url, Optional<Login> login) {
        this.url = url;
        this.login = login;
    }

    JsonObject get(String path) {
        return call("GET", path, null);
    }

    JsonObject put(String path, JsonObject body) {
        return call("PUT", path, body);
    }

    JsonObject post(String path) {
        return call("POST", path, null);
    }

    JsonObject post(String path, JsonObject body) {
        return call("POST", path, body);
    }

    JsonObject delete(String path) {
        return call("DELETE", path, null);
    }

    /** A name as one part of a path. */
    static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonObject call(String method, String path, @Nullable JsonObject body) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) new URI(url + path).toURL().openConnection();
            connection.setRequestMethod(method);
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setRequestProperty("Accept", "application/json");
            login.ifPresent(who -> connection.setRequestProperty("Authorization", authorization(who)));
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body.encode().getBytes(StandardCharsets.UTF_8));
                }
            }
            return read(connection);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.UNREACHABLE,
                    "No broker answers at " + url + " (" + e.getMessage() + "). Start one with 'postrider run', or say"
                            + " where it is with --data DIR or --url http://HOST:PORT",
                    e);
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE, "Expected an address such as http://127.0.0.1:8161, but got " + url, e);
        }
    }

    private JsonObject read(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        String text;
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        JsonObject json;
        try {
            json = text.isBlank() ? new JsonObject() : new JsonObject(text);
        } catch (DecodeException e) {
            throw new CliException(
                    ExitCode.FAILED, "Expected a Postrider broker at " + url + ", but it answered with no JSON", e);
        }
        if (status < 400) {
            return json;
        }
        throw refused(status, json.getString("message", "status " + status));
    }

    private CliException refused(int status, String message) {
        if (status == 401) {
            return new CliException(
                    ExitCode.DENIED,
                    login.isPresent()
                            ? "The broker at " + url + " refused user "
                                    + login.get().user() + ": " + message
                            : "The broker at " + url + " wants a user: give --user NAME, or --data DIR of a broker on"
                                    + " this machine");
        }
        int exitCode = status == 403 ? ExitCode.DENIED : status == 404 ? ExitCode.NOTHING : ExitCode.FAILED;
        return new CliException(exitCode, message);
    }

    private static String authorization(Login login) {
        if (login.isOperator()) {
            return "Bearer " + login.password();
        }
        byte[] pair = (login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
