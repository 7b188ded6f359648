// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKind;
import io.postrider.store.io.RealFiles;
import io.postrider.store.shard.BrokerOnFiles;
import io.postrider.store.tools.CommandText;
import io.postrider.store.tools.StoreExport;
import io.postrider.store.tools.StoreLayout;
import io.postrider.store.tools.StorePrinter;
import io.postrider.store.tools.StoreVerifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that an earlier build wrote is read byte for byte as it was meant, whatever has changed since (rules.md 29).
 *
 * <p>{@code golden/v3} holds one of the present formats: {@code store.zip}, and what is in it as text. To make the fixture of a new format,
 * after a version number was raised, run {@link #main} with a new directory; the old ones stay.
 */
class GoldenStoreTest {
    private static final String GOLDEN = "/golden/v3/";
    private static final RealFiles FILES = new RealFiles();

    @TempDir
    Path directory;

    @Test
    void theStoreIsReadAsItWasWritten() throws IOException {
        unpack(directory);

        assertEquals(
                text(GOLDEN + "contents.txt"),
                contents(directory),
                "A store of the present format is read differently than before. Messages of users would be misread: raise the"
                        + " version in the file that changed, keep reading the old one, and add a fixture of the new"
                        + " one beside this (CONTRIBUTING.md, 'Change an on-disk format')");
    }

    @Test
    void aBrokerGoesOnWithIt() throws IOException {
        unpack(directory);

        try (BrokerOnFiles broker = new BrokerOnFiles(directory, 8_000)) {
            broker.send("orders", AddressKind.QUEUE, "new");
            List<String> orders = broker.take("orders", 31);
            for (int i = 0; i < 30; i++) {
                assertEquals(body(i + 10), orders.get(i));
            }
            assertEquals("new", orders.get(30));
        }
    }

    private static String body(int i) {
        return "order " + i + " " + "x".repeat(300);
    }

    /** Everything the tools see of a store, as text. */
    private static String contents(Path store) throws IOException {
        StoreLayout layout = StoreLayout.of(store);
        List<String> lines = new ArrayList<>();
        StoreVerifier.Report report = StoreVerifier.verify(FILES, layout, StoreVerifier.EntryCheck.NONE);
        assertTrue(report.isIntact(), () -> report.findings().toString());
        StorePrinter printer = new StorePrinter(FILES, layout, StorePrinter.Format.TEXT, lines::add);
        printer.state();
        printer.extents();
        printer.entries(new CommandText(true), 0, Long.MAX_VALUE);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        StoreExport.run(FILES, layout, message -> identifier -> null, messages);
        return String.join("\n", lines) + "\n" + messages.toString(StandardCharsets.UTF_8);
    }

    private static String text(String resource) throws IOException {
        return new String(open(resource).readAllBytes(), StandardCharsets.UTF_8);
    }

    private static InputStream open(String resource) {
        InputStream in = GoldenStoreTest.class.getResourceAsStream(resource);
        assertNotNull(in, resource);
        return in;
    }

    private static void unpack(Path target) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(open(GOLDEN + "store.zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = target.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }

    /** Writes a fixture into a directory: messages in segments and in the journal, a topic, a delayed one, some that are done. */
    public static void main(String[] arguments) throws IOException {
        Path golden = Path.of(arguments[0]);
        Path store = Files.createTempDirectory("golden");
        try (BrokerOnFiles broker = new BrokerOnFiles(store, 1_000)) {
            for (int i = 0; i < 35; i++) {
                broker.send("orders", AddressKind.QUEUE, body(i));
            }
            broker.take("orders", 10);
        }
        io.postrider.store.tools.StoreCompaction.run(
                FILES, StoreLayout.of(store), message -> identifier -> null, 16 * 1024);
        try (BrokerOnFiles broker = new BrokerOnFiles(store, Long.MAX_VALUE)) {
            broker.subscribe("prices", "audit");
            broker.send("prices", AddressKind.TOPIC, "up", "down");
            for (int i = 35; i < 40; i++) {
                broker.send("orders", AddressKind.QUEUE, body(i));
            }
        }
        Files.createDirectories(golden);
        Files.writeString(golden.resolve("contents.txt"), contents(store));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(golden.resolve("store.zip")))) {
            for (Path part : List.of(
                    StoreLayout.of(store).journal(), StoreLayout.of(store).checkpoints())) {
                for (Path file : FILES.list(part)) {
                    zip.putNextEntry(new ZipEntry(part.getFileName() + "/" + file.getFileName()));
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
        }
    }
}
