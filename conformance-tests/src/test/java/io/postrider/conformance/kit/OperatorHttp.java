// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Requests to a broker's HTTP port with the operator's token. Immutable. */
public final class OperatorHttp {
    private static final Pattern SAMPLE =
            Pattern.compile("^(postrider_[a-z_]+)(?:\\{[^}]*})? ([-+.0-9A-Ea-z]+)$", Pattern.MULTILINE);

    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;
    private final String login;

    public OperatorHttp(BrokerUnderTest broker) {
        try {
            String token = Files.readString(broker.data().resolve("run/operator-token"))
                    .strip();
            base = "http://127.0.0.1:" + broker.httpPort();
            login = "Bearer " + token;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String get(String path) {
        return send(request(path).GET());
    }

    public String post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** The metrics of the broker, sums over their labels. */
    public Map<String, Double> metrics() {
        Matcher samples = SAMPLE.matcher(get("/metrics"));
        return samples.results()
                .collect(Collectors.toMap(
                        sample -> sample.group(1), sample -> Double.parseDouble(sample.group(2)), Double::sum));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", login);
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        "Expected success, found " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
