// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.server.config.HttpConfig;
import io.postrider.server.metrics.BrokerMetrics;
import io.postrider.store.backup.StoreBackup;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The REST API over a real socket, with a broker of lists behind it. */
class RestApiTest {
    private static final String ADMIN = basic("boss", "secret");

    private final FakeAdmin admin = new FakeAdmin();
    private final Readiness readiness = new Readiness();
    private final HttpClient client = HttpClient.newHttpClient();
    private Vertx vertx;
    private HttpListener listener;
    private int port;

    /** Knows an administrator and somebody who is none. */
    private static final class FakeUsers implements Authenticator {
        @Override
        public boolean allowsAnonymous() {
            return false;
        }

        @Override
        public void authenticate(String user, String password, Reply<Identity> reply) {
            if (password.equals("secret")) {
                reply.ok(new Identity(user, user.equals("boss")));
            } else {
                reply.rejected(new Rejection(ErrorCode.UNAUTHORIZED, "Wrong user or password"));
            }
        }
    }

    /** A backup of an empty store; no test here takes one. */
    private static StoreBackup backup(Path directory) {
        RealFiles files = new RealFiles();
        return new StoreBackup(
                files,
                directory,
                FileCheckpoints.open(files, directory.resolve("checkpoints"), 0, SegmentSettings.DEFAULTS),
                LocalShardLog.open(files, directory.resolve("journal"), JournalSettings.DEFAULT),
                task -> task.accept(0),
                Clock.systemUTC());
    }

    @BeforeEach
    void listen(@TempDir Path directory) throws Exception {
        vertx = Vertx.vertx();
        listener = new HttpListener(vertx, new HttpConfig("127.0.0.1", 0, false), readiness);
        port = listener.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        listener.open(new ApiRoutes(
                admin,
                new FakeUsers(),
                (name, password, roles) -> new UserRecord(name, new byte[16], 4096, new byte[32], new byte[32], roles),
                new BrokerMetrics(admin, false),
                backup(directory)));
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> call(String method, String path, String authorization, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonObject json(int status, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response = call(method, path, ADMIN, body);
        assertEquals(status, response.statusCode(), response.body());
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElse(""));
        return new JsonObject(response.body());
    }

    private static QueueInfo queue(String name, String subscription, long depth) {
        return new QueueInfo(
                AddressKey.of(name),
                subscription.isEmpty() ? AddressKind.QUEUE : AddressKind.TOPIC,
                subscription,
                true,
                depth,
                depth,
                0,
                0,
                0,
                1,
                100 * depth,
                depth,
                0,
                0,
                0,
                0);
    }

    private void address(String name, AddressKind kind) {
        admin.addresses.add(AddressDefinition.permanent(AddressKey.of(name), kind));
    }

    @Test
    void probesTellTheStatesApart() throws Exception {
        assertEquals(200, call("GET", "/health/live", null, null).statusCode());
        assertEquals(503, call("GET", "/health/started", null, null).statusCode());
        assertEquals(503, call("GET", "/health/ready", null, null).statusCode());

        readiness.become(Readiness.State.READY);
        assertEquals(200, call("GET", "/health/started", null, null).statusCode());
        assertEquals(200, call("GET", "/health/ready", null, null).statusCode());

        readiness.become(Readiness.State.STOPPING);
        assertEquals(503, call("GET", "/health/ready", null, null).statusCode());
        assertEquals(200, call("GET", "/health/live", null, null).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/queues", "/api/v1/addresses", "/api/v1/users", "/api/v1/broker", "/metrics"})
    void onlyAdministratorsComeIn(String path) throws Exception {
        assertEquals(401, call("GET", path, null, null).statusCode());
        assertEquals(401, call("GET", path, basic("boss", "wrong"), null).statusCode());
        assertEquals(401, call("GET", path, "Basic not-base-64!", null).statusCode());
        assertEquals(401, call("GET", path, "Digest x", null).statusCode());
        HttpResponse<String> clerk = call("GET", path, basic("clerk", "secret"), null);
        assertEquals(403, clerk.statusCode());
        assertTrue(clerk.body().contains("User clerk does not have the role admin"), clerk.body());
        assertEquals(200, call("GET", path, ADMIN, null).statusCode());
    }

    @Test
    void anUnknownPathIsNamed() throws Exception {
        JsonObject error = json(404, "GET", "/api/v1/kews", null);

        assertEquals("NOT_FOUND", error.getString("code"));
        assertEquals("There is nothing at GET /api/v1/kews", error.getString("message"));
    }

    @Test
    void aQueueIsShownWithItsCounts() throws Exception {
        admin.queues.add(queue("orders", "", 3));
        admin.queues.add(queue("prices", "desk", 2));

        assertEquals(3, json(200, "GET", "/api/v1/queues/orders", null).getInteger("depth"));
        assertEquals(2, json(200, "GET", "/api/v1/queues/prices::desk", null).getInteger("ready"));
        assertEquals(
                "There is no queue or subscription named other",
                json(404, "GET", "/api/v1/queues/other", null).getString("message"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1000, 1500",
        "?limit=10, 10, 1500",
        "?offset=1495, 5, 1500",
        "?filter=Q.14, 111, 111",
        "?filter=none, 0, 0"
    })
    void listsAreFilteredAndCut(String query, int items, int total) throws Exception {
        for (int i = 0; i < 1500; i++) {
            admin.queues.add(queue("q." + i, "", 0));
        }

        JsonObject page = json(200, "GET", "/api/v1/queues" + query, null);

        assertEquals(items, page.getJsonArray("items").size());
        assertEquals(total, page.getInteger("total"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=-1", "?limit=10001", "?limit=x", "?offset=-1"})
    void aBadPageIsRefused(String query) throws Exception {
        assertTrue(json(400, "GET", "/api/v1/queues" + query, null)
                .getString("message")
                .startsWith("Expected "));
    }

    @Test
    void aQueueIsCreatedWithWhatTheBodySays() throws Exception {
        JsonObject created = json(
                200,
                "PUT",
                "/api/v1/queues/new",
                "{\"settings\":{\"redelivery.max-attempts\":3,\"dead-letter.address\":\"\",\"redelivery.delay-ms\":\"5s\"}}");

        assertEquals("queue", created.getString("kind"));
        assertEquals(
                PolicyValues.NONE
                        .with(PolicyKey.MAX_ATTEMPTS, "3")
                        .with(PolicyKey.DEAD_LETTER_ADDRESS, "")
                        .with(PolicyKey.REDELIVERY_DELAY, "5000"),
                admin.addresses.get(0).settings());
    }

    @Test
    void anAddressMayBeATopic() throws Exception {
        assertEquals(
                "topic",
                json(200, "PUT", "/api/v1/addresses/prices", "{\"kind\":\"topic\"}")
                        .getString("kind"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                              | Expected a JSON object as the body",
                "{                               | Expected a JSON object as the body",
                "{\"colour\":1}                  | Expected one of [kind, settings] as a field, but got colour",
                "{\"kind\":\"stack\"}            | Expected kind queue or topic, but got stack",
                "{\"settings\":7}                | Expected settings to be an object, but got 7",
                "{\"settings\":{\"redelivery.max-attempts\":-1}}  | Expected redelivery.max-attempts to be a whole number of at least 0, but got '-1'",
                "{\"settings\":{\"redelivery.max-attempts\":1.5}} | Expected redelivery.max-attempts to be a whole number of at least 0, but got '1.5'",
                "{\"settings\":{\"auto-create\":\"maybe\"}}        | Expected auto-create to be true or false, but got 'maybe'",
            })
    void aBadDefinitionIsRefusedAndNothingCreated(String body, String message) throws Exception {
        JsonObject error = json(400, "PUT", "/api/v1/queues/new", body);

        assertEquals("INVALID_FIELD", error.getString("code"));
        assertEquals(message, error.getString("message"));
        assertTrue(admin.addresses.isEmpty());
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws Exception {
        json(400, "PUT", "/api/v1/queues/" + "n".repeat(256), null);
        json(200, "PUT", "/api/v1/queues/" + "n".repeat(255), null);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        assertEquals(
                413,
                call("PUT", "/api/v1/queues/new", ADMIN, " ".repeat(70_000)).statusCode());
    }

    @Test
    void aTopicIsNotDeletedAsAQueue() throws Exception {
        address("prices", AddressKind.TOPIC);

        json(409, "DELETE", "/api/v1/queues/prices", null);
        assertEquals(1, admin.addresses.size());

        json(200, "DELETE", "/api/v1/addresses/prices", null);
        assertTrue(admin.addresses.isEmpty());
        json(404, "DELETE", "/api/v1/addresses/prices", null);
    }

    @Test
    void aPurgeTellsHowMany() throws Exception {
        assertEquals(7, json(200, "POST", "/api/v1/queues/orders/purge", null).getInteger("purged"));
    }

    @Test
    void aRewindIsReadFromNameAndBodyAndAnswered() throws Exception {
        JsonObject answer = json(
                200,
                "POST",
                "/api/v1/queues/news::app:reader/rewind",
                "{\"to\":\"last:5\",\"selector\":\"a = 1\",\"into\":\"copy\",\"dryRun\":true,\"rate\":10}");

        assertEquals(3, answer.getInteger("messages"));
        assertEquals(
                new RewindRequest(
                        AddressKey.of("news"),
                        "app:reader",
                        new StartPosition(StartPosition.Kind.LAST, 5),
                        "a = 1",
                        AddressKey.of("copy"),
                        true,
                        10),
                admin.rewinds.get(0));
    }

    @Test
    void aPositionThatIsNoneIsRefusedWithWhatIsExpected() throws Exception {
        JsonObject error = json(400, "POST", "/api/v1/addresses/news/truncate", "{\"before\":\"soon\"}");

        assertTrue(error.getString("message").contains("earliest, new, an offset"), error.encode());
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyRefusalOfTheBrokerHasAStatusAndKeepsItsWords(ErrorCode code) throws Exception {
        admin.refusal = new Rejection(code, "because of " + code);

        HttpResponse<String> response = call("PUT", "/api/v1/queues/new", ADMIN, null);

        assertTrue(response.statusCode() >= 400 && response.statusCode() < 600, response.toString());
        JsonObject error = new JsonObject(response.body());
        assertEquals(code.name(), error.getString("code"));
        assertEquals("because of " + code, error.getString("message"));
    }

    @Test
    void aUserIsShownWithoutSecrets() throws Exception {
        json(200, "PUT", "/api/v1/users/ann", "{\"password\":\"p\",\"roles\":[\"admin\"]}");

        HttpResponse<String> users = call("GET", "/api/v1/users", ADMIN, null);

        assertEquals(Set.of("admin"), admin.users.get(0).roles());
        assertTrue(users.body().contains("\"ann\""), users.body());
        assertFalse(users.body().contains("Key") || users.body().contains("salt"), users.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"password\":\"\"}",
                "{\"password\":\"p\",\"roles\":\"admin\"}",
                "{\"password\":1}"
            })
    void aBadUserIsRefused(String body) throws Exception {
        json(400, "PUT", "/api/v1/users/ann", body);

        assertTrue(admin.users.isEmpty());
    }

    @Test
    void theNameOfTheLocalOperatorIsTaken() throws Exception {
        json(400, "PUT", "/api/v1/users/local-operator", "{\"password\":\"p\"}");
    }

    @Test
    void metricsHaveTheTotalsOfTheBroker() throws Exception {
        admin.queues.add(queue("orders", "", 3));

        String metrics = call("GET", "/metrics", ADMIN, null).body();

        assertTrue(metrics.contains("postrider_broker_published_messages_total 1.0"), metrics);
        assertTrue(metrics.contains("postrider_queue_depth_messages 3.0"), metrics);
    }
}
