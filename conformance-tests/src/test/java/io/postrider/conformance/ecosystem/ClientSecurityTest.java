// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSSecurityRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our client and our broker by every road: plain, TLS, WebSocket and both, with each way to say who we are. */
@Timeout(60)
class ClientSecurityTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() throws Exception {
        makeCertificate();
        broker = BrokerUnderTest.named("client-security")
                .with("auth.anonymous", "false")
                .with("amqp.tls", "optional")
                .with("tls.certificate-file", directory.resolve("cert.pem").toString())
                .with("tls.key-file", directory.resolve("key.pem").toString())
                .with("tls.client-auth", "optional")
                .with("tls.client-ca-file", directory.resolve("cert.pem").toString())
                .withUser("shop", "pençil")
                .withUser("localhost", "unused by certificates")
                .start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** A key with a certificate of its own making, as a store for the client and as PEM for the broker. */
    private static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("broker").getEncoded());
        pem(
                "key.pem",
                "PRIVATE KEY",
                keys.getKey("broker", PASSWORD.toCharArray()).getEncoded());
    }

    private static void pem(String file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private static String trusting() {
        return "transport.trustStoreLocation=" + directory.resolve("store.p12") + "&transport.trustStorePassword="
                + PASSWORD;
    }

    private static void exchange(String scheme, String user, String password, String options) {
        String uri = scheme + "://127.0.0.1:" + broker.amqpPort() + options;
        try (JMSContext context = new PostriderConnectionFactory(user, password, uri).createContext()) {
            var queue = context.createTemporaryQueue();
            context.createProducer().send(queue, "x".repeat(200_000));
            assertEquals(
                    200_000,
                    context.createConsumer(queue)
                            .receiveBody(String.class, 10_000)
                            .length());
        }
    }

    @Test
    void aPasswordThatNeverTravels() {
        exchange("amqp", "shop", "pençil", "?amqp.saslMechanisms=SCRAM-SHA-256");
        assertThrows(
                JMSSecurityRuntimeException.class,
                () -> exchange("amqp", "shop", "pencil", "?amqp.saslMechanisms=SCRAM-SHA-256"));
        assertThrows(
                JMSSecurityRuntimeException.class,
                () -> exchange("amqp", "nobody", "pençil", "?amqp.saslMechanisms=SCRAM-SHA-256"));
    }

    @Test
    void aPasswordAsItIs() {
        exchange("amqp", "shop", "pençil", "?amqp.saslMechanisms=PLAIN");
        assertThrows(
                JMSSecurityRuntimeException.class,
                () -> exchange("amqp", "shop", "wrong", "?amqp.saslMechanisms=PLAIN"));
        assertThrows(JMSSecurityRuntimeException.class, () -> exchange("amqp", null, null, ""));
    }

    @Test
    void byTls() {
        exchange("amqps", "shop", "pençil", "?" + trusting());
    }

    @Test
    void byACertificate() {
        exchange(
                "amqps",
                null,
                null,
                "?" + trusting() + "&transport.keyStoreLocation=" + directory.resolve("store.p12")
                        + "&transport.keyStorePassword=" + PASSWORD);
    }

    @Test
    void byWebSocket() {
        exchange("amqpws", "shop", "pençil", "");
    }

    @Test
    void byWebSocketAndTls() {
        exchange("amqpwss", "shop", "pençil", "?" + trusting());
    }
}
