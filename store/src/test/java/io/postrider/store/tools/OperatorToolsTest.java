// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKind;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.shard.BrokerOnFiles;
import io.postrider.store.shard.PoisonEntryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools on stores that a broker made: they see what the broker would deliver, and what they change the broker takes up. */
class OperatorToolsTest {
    private static final RealFiles FILES = new RealFiles();
    private static final MessageInspector INSPECTOR = message -> identifier -> null;
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path directory;

    private StoreLayout layout;

    @BeforeEach
    void layout() {
        layout = StoreLayout.of(directory);
    }

    /** 200 messages, of which the first 150 are taken; some are in segments, some in the journal. */
    private void writeStore() {
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, 8_000)) {
            for (int i = 0; i < 200; i++) {
                broker.send("orders", AddressKind.QUEUE, body(i));
            }
            broker.subscribe("prices", "audit");
            broker.send("prices", AddressKind.TOPIC, "up", "down");
            broker.take("orders", 150);
        }
    }

    private static String body(int i) {
        return "order " + i + " \"quoted\"" + "x".repeat(200);
    }

    @Test
    void theExportHoldsWhatIsNotDone() throws IOException {
        writeStore();
        TreeMap<Path, String> before = contents();
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertEquals(52, StoreExport.run(FILES, layout, INSPECTOR, out));

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(52, lines.size());
        for (int i = 0; i < 50; i++) {
            assertTrue(lines.get(i).startsWith("{\"address\":\"orders\",\"offset\":" + (150 + i) + ","), lines.get(i));
            assertEquals(body(150 + i), bodyOf(lines.get(i)));
        }
        assertEquals(
                "{\"address\":\"prices\",\"offset\":1,\"subscriptions\":[{\"name\":\"client:audit\",\"attempts\":0}],"
                        + "\"durable\":true,\"priority\":4,\"annotations\":\"\",\"body\":\"ZG93bg==\"}",
                lines.get(51));
        assertEquals(before, contents());
    }

    private static String bodyOf(String line) {
        Matcher body = Pattern.compile("\"body\":\"([^\"]*)\"}").matcher(line);
        assertTrue(body.find(), line);
        return new String(Base64.getDecoder().decode(body.group(1)), StandardCharsets.UTF_8);
    }

    @Test
    void stateAndEntriesAreReadable() {
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, NEVER)) {
            broker.send("orders", AddressKind.QUEUE, "hello");
        }
        StoreCompaction.run(FILES, layout, INSPECTOR, 16 * 1024);
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, NEVER)) {
            broker.send("orders", AddressKind.QUEUE, "world!");
        }
        List<String> lines = new ArrayList<>();
        StorePrinter printer = new StorePrinter(FILES, layout, StorePrinter.Format.TEXT, lines::add);

        printer.state();
        printer.entries(new CommandText(false), 0, Long.MAX_VALUE);
        printer.entries(new CommandText(true), 0, Long.MAX_VALUE);

        assertTrue(
                lines.get(1)
                        .equals(
                                "address id=0 kind=queue retainedFrom=-1 end=1 largeMessages=0 settings={} name=orders"),
                lines::toString);
        assertTrue(
                lines.get(2).startsWith("subscription id=0 address=0 epoch=0 cursor=0 doneBeyond=0 depth=1 bytes=5"));
        assertTrue(
                lines.get(3).endsWith("publish address=0 durable priority=4 annotationsBytes=0 bytes=6"),
                lines::toString);
        assertTrue(lines.get(4).endsWith(" base64=d29ybGQh"), lines::toString);
        assertEquals(5, lines.size());
    }

    @Test
    void compactionKeepsWhatIsWantedAndGivesTheRestBack() {
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, 8_000)) {
            for (int i = 0; i < 400; i++) {
                broker.send(i % 8 == 0 ? "kept" : "taken", AddressKind.QUEUE, body(i));
            }
            broker.take("taken", 350);
        }

        StoreCompaction.Report report = StoreCompaction.run(FILES, layout, INSPECTOR, 16 * 1024);

        assertTrue(report.bytesAfter() < report.bytesBefore(), report::toString);
        assertTrue(
                StoreVerifier.verify(FILES, layout, OperatorToolsTest::decode).isIntact());
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, NEVER)) {
            List<String> kept = broker.take("kept", 50);
            for (int i = 0; i < 50; i++) {
                assertEquals(body(8 * i), kept.get(i));
            }
        }
    }

    private static void decode(ByteBuffer entry) {
        CommandReader.decode(entry, (timeMs, command, bodyAt, bodyBytes) -> {});
    }

    @Test
    void aPoisonEntryIsNamedAndSkipped() throws Exception {
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, NEVER)) {
            broker.send("orders", AddressKind.QUEUE, "before");
        }
        long poison = append(ByteBuffer.wrap(new byte[] {77, 0, 1, 2, 3}));
        PoisonEntryException refused =
                assertThrows(PoisonEntryException.class, () -> new BrokerOnFiles(directory, NEVER).close());
        assertTrue(String.valueOf(refused.getMessage()).contains("data skip " + poison), refused::getMessage);
        List<Finding> findings =
                StoreVerifier.verify(FILES, layout, OperatorToolsTest::decode).findings();
        assertEquals(1, findings.size());
        assertTrue(findings.get(0).what().contains("entry " + poison), findings::toString);

        EntrySkip.run(FILES, layout, poison, "tester", Instant.EPOCH);

        assertTrue(
                StoreVerifier.verify(FILES, layout, OperatorToolsTest::decode).isIntact());
        List<String> audit = Files.readAllLines(directory.resolve(EntrySkip.AUDIT_FILE));
        assertEquals(2, audit.size());
        assertTrue(audit.get(1).startsWith("1970-01-01T00:00:00Z skip done index=" + poison + " "), audit::toString);
        assertTrue(audit.get(1).endsWith("bytes=5 by=tester firstTwoBytes=4d00"), audit::toString);
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, NEVER)) {
            broker.send("orders", AddressKind.QUEUE, "after");
            assertEquals(List.of("before", "after"), broker.take("orders", 2));
        }
    }

    @Test
    void onlyEntriesBehindTheCheckpointCanBeSkipped() {
        writeStore();
        StoreCompaction.run(FILES, layout, INSPECTOR, 16 * 1024);

        IllegalArgumentException done = assertThrows(
                IllegalArgumentException.class, () -> EntrySkip.run(FILES, layout, 1, "tester", Instant.EPOCH));
        assertTrue(String.valueOf(done.getMessage()).contains("in the checkpoint"), done::getMessage);
        RuntimeException missing = assertThrows(
                RuntimeException.class, () -> EntrySkip.run(FILES, layout, 1_000_000, "tester", Instant.EPOCH));
        assertTrue(String.valueOf(missing.getMessage()).contains("1000000"), missing::getMessage);
        assertFalse(Files.exists(directory.resolve(EntrySkip.AUDIT_FILE)));
    }

    private long append(ByteBuffer entry) throws Exception {
        JournalSettings settings = BrokerOnFiles.JOURNAL;
        CommitRecorder recorder = new CommitRecorder();
        try (Journal journal = Journal.open(FILES, layout.journal(), settings)) {
            journal.replay(0, (index, bytes) -> {});
            journal.start(recorder);
            long index = journal.append(entry);
            recorder.await(index);
            return index;
        }
    }

    private TreeMap<Path, String> contents() throws IOException {
        TreeMap<Path, String> contents = new TreeMap<>();
        for (Path part : List.of(layout.journal(), layout.checkpoints())) {
            for (Path path : FILES.list(part)) {
                contents.put(path, Base64.getEncoder().encodeToString(Files.readAllBytes(path)));
            }
        }
        return contents;
    }
}
