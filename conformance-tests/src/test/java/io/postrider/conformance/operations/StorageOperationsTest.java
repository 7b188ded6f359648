// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.operations;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.OperatorHttp;
import io.postrider.conformance.kit.OutsideProcess;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of the storage: its metrics, and its messages in an export. */
class StorageOperationsTest {
    private static final int MIB = 1 << 20;
    private static final Pattern BODY = Pattern.compile("\"body\":\"([^\"]*)\"");

    private static JMSContext context(BrokerUnderTest broker) {
        return new PostriderConnectionFactory("amqp://127.0.0.1:" + broker.amqpPort()).createContext();
    }

    private static byte[] payload(int bytes) {
        byte[] payload = new byte[bytes];
        new Random(7).nextBytes(payload);
        return payload;
    }

    @Test
    void theStorageMetricsAreThereAndMove() {
        try (BrokerUnderTest broker = BrokerUnderTest.named("metrics")
                .with("journal.segment-bytes", "1MiB")
                .with("checkpoint.trigger-bytes", "2MiB")
                .with("memory.messages-bytes", "256KiB")
                .with("scrub.period-ms", "1000")
                .start()) {
            OperatorHttp http = new OperatorHttp(broker);
            Map<String, Double> before = http.metrics();

            int count = 600;
            try (JMSContext context = context(broker)) {
                for (int i = 0; i < count; i++) {
                    context.createProducer().send(context.createQueue("metrics"), payload(16 * 1024));
                }
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> http.metrics().get("postrider_segment_scrubbed_bytes_total") > 0);
                Map<String, Double> full = http.metrics();
                for (String grown : List.of(
                        "postrider_journal_entries_total",
                        "postrider_journal_appended_bytes_total",
                        "postrider_journal_syncs_total",
                        "postrider_checkpoint_written_checkpoints_total",
                        "postrider_checkpoint_write_seconds_total",
                        "postrider_segment_count_segments",
                        "postrider_segment_stored_bytes",
                        "postrider_segment_live_bytes",
                        "postrider_segment_written_bytes_total",
                        "postrider_queue_stored_bytes")) {
                    assertTrue(full.get(grown) > before.get(grown), grown + ": " + before + " to " + full);
                }
                assertEquals(0, full.get("postrider_segment_damaged_places"));
                assertTrue(full.get("postrider_journal_replay_bytes") < 4 * MIB, full::toString);
                assertTrue(
                        full.get("postrider_memory_messages_bytes")
                                <= full.get("postrider_memory_messages_limit_bytes") + MIB,
                        full::toString);

                try (JMSConsumer consumer = context.createConsumer(context.createQueue("metrics"))) {
                    for (int i = 0; i < count; i++) {
                        assertEquals(16 * 1024, consumer.receiveBody(byte[].class, 10_000).length);
                    }
                }
            }
            Map<String, Double> drained = http.metrics();
            assertTrue(drained.get("postrider_readback_requests_total") > 0, drained::toString);
            assertTrue(drained.get("postrider_readback_read_bytes_total") > MIB, drained::toString);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> http.metrics().get("postrider_segment_count_segments") == 0);
        }
    }

    @Test
    void anExportHoldsALargeMessageWhole(@TempDir Path directory) throws IOException, JMSException {
        byte[] payload = payload(5 * MIB + 123);
        Path data;
        try (BrokerUnderTest broker = BrokerUnderTest.named("export").start()) {
            data = broker.data();
            try (JMSContext context = context(broker)) {
                BytesMessage message = context.createBytesMessage();
                message.writeBytes(payload);
                context.createProducer().send(context.createQueue("large"), message);
            }
        }
        Path file = directory.resolve("export.json");

        OutsideProcess.run(List.of(
                BrokerUnderTest.HOME.resolve("bin/postrider").toString(),
                "data",
                "export",
                "--data",
                data.toString(),
                "--to",
                file.toString()));

        List<String> lines = Files.readAllLines(file);
        assertEquals(1, lines.size());
        Matcher body = BODY.matcher(lines.get(0));
        assertTrue(body.find(), "a body");
        byte[] encoded = Base64.getDecoder().decode(body.group(1));
        assertTrue(encoded.length > payload.length, encoded.length + " bytes");
        assertArrayEquals(payload, Arrays.copyOfRange(encoded, encoded.length - payload.length, encoded.length));
    }
}
