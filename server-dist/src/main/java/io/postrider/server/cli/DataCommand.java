// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.amqp.codec.AmqpMessageInspector;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.EntryEditor;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.tools.CommandText;
import io.postrider.store.tools.EntrySkip;
import io.postrider.store.tools.Finding;
import io.postrider.store.tools.StoreCompaction;
import io.postrider.store.tools.StoreExport;
import io.postrider.store.tools.StorePrinter;
import io.postrider.store.tools.StoreVerifier;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postrider data …}: looks into the store of a stopped broker. */
@Command(name = "data", description = "Verify, print, export, compact or mend the data directory of a stopped broker.")
public final class DataCommand {
    private static final FileAccess FILES = new RealFiles();

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Read everything and list what is damaged. Exit code 0: all confirmed data is readable; 1: it is not.")
    int verify(@Mixin Output output, @Mixin StoppedStore store) {
        StoreVerifier.Report report =
                store.with(layout -> StoreVerifier.verify(FILES, layout, DataCommand::checkEntry));
        JsonArray findings = new JsonArray();
        StringBuilder text = new StringBuilder();
        for (Finding finding : report.findings()) {
            findings.add(new JsonObject()
                    .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                    .put("file", finding.file().toString())
                    .put("position", finding.position())
                    .put("what", finding.what())
                    .put("meaning", finding.meaning())
                    .put("advice", finding.advice()));
            text.append(finding).append(System.lineSeparator());
        }
        text.append(report.isIntact() ? "Intact" : "Damaged")
                .append(": checkpoint at ")
                .append(report.checkpointIndex())
                .append(", log up to ")
                .append(report.lastIndex())
                .append(", ")
                .append(report.entries())
                .append(" entries after the checkpoint, ")
                .append(report.bodies())
                .append(" messages in segments.");
        output.print(
                new JsonObject()
                        .put("intact", report.isIntact())
                        .put("checkpointIndex", report.checkpointIndex())
                        .put("lastIndex", report.lastIndex())
                        .put("entries", report.entries())
                        .put("bodies", report.bodies())
                        .put("findings", findings),
                text.toString());
        return report.isIntact() ? ExitCode.OK : ExitCode.FAILED;
    }

    static void checkEntry(ByteBuffer entry) {
        CommandReader.decode(entry, (timeMs, command, bodyAt, bodyBytes) -> {});
    }

    @Command(
            name = "print",
            mixinStandardHelpOptions = true,
            description =
                    "Print the state and segments of the checkpoint and the log entries after it; all three unless one is named.")
    int print(
            @Mixin Output output,
            @Mixin StoppedStore store,
            @Option(names = "--entries", description = "Log entries after the checkpoint.") boolean hasEntries,
            @Option(names = "--extents", description = "Message segments and what lies where in them.")
                    boolean hasExtents,
            @Option(names = "--state", description = "Addresses, subscriptions and users.") boolean hasState,
            @Option(names = "--bodies", description = "Show the bytes of messages in log entries, in Base64.")
                    boolean hasBodies,
            @Option(names = "--from", paramLabel = "INDEX", description = "First log entry.", defaultValue = "0")
                    long from,
            @Option(
                            names = "--to",
                            paramLabel = "INDEX",
                            description = "Last log entry.",
                            defaultValue = "9223372036854775807")
                    long to) {
        boolean isAll = !hasEntries && !hasExtents && !hasState;
        store.with(layout -> {
            StorePrinter.Format format = output.isJson() ? StorePrinter.Format.JSON : StorePrinter.Format.TEXT;
            StorePrinter printer = new StorePrinter(FILES, layout, format, output.writer()::println);
            if (isAll || hasState) {
                printer.state();
            }
            if (isAll || hasExtents) {
                printer.extents();
            }
            if (isAll || hasEntries) {
                printer.entries(new CommandText(hasBodies), from, to);
            }
            output.writer().flush();
            return true;
        });
        return ExitCode.OK;
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write every message that is not done to a file, one JSON object a line.")
    int export(
            @Mixin Output output,
            @Mixin StoppedStore store,
            @Option(names = "--to", paramLabel = "FILE", required = true, description = "A new file.") Path file) {
        long messages = store.with(layout -> {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
                return StoreExport.run(FILES, layout, new AmqpMessageInspector(), out);
            } catch (IOException e) {
                throw new UncheckedIOException("Expected to write a new file, but " + e, e);
            }
        });
        output.print(
                new JsonObject().put("messages", messages).put("file", file.toString()),
                "Exported " + messages + " messages to " + file + ".");
        return ExitCode.OK;
    }

    @Command(
            name = "compact",
            mixinStandardHelpOptions = true,
            description = "Take a checkpoint of everything and give back the space of what is done.")
    int compact(
            @Mixin Output output,
            @Mixin StoppedStore store,
            @Option(
                            names = "--segment-bytes",
                            paramLabel = "BYTES",
                            description = "Size of the journal's files, as the broker is configured. Default 64 MiB.",
                            defaultValue = "67108864")
                    int segmentBytes) {
        StoreCompaction.Report report =
                store.with(layout -> StoreCompaction.run(FILES, layout, new AmqpMessageInspector(), segmentBytes));
        output.print(
                new JsonObject()
                        .put("bytesBefore", report.bytesBefore())
                        .put("bytesAfter", report.bytesAfter())
                        .put("bytesCleaned", report.bytesCleaned()),
                "Compacted from " + report.bytesBefore() + " to " + report.bytesAfter() + " bytes.");
        return ExitCode.OK;
    }

    @Command(
            name = "skip",
            mixinStandardHelpOptions = true,
            description =
                    "Take out one log entry that keeps the broker from starting. What it says is lost; it is noted in audit.log.")
    int skip(
            @Mixin Output output,
            @Mixin StoppedStore store,
            @Parameters(paramLabel = "INDEX", description = "The entry, as the refused start names it.") long index,
            @Option(names = "--yes", description = "Do it; else only show the entry.") boolean isSure) {
        if (!isSure) {
            print(output, store, true, false, false, false, index, index);
            throw new CliException(
                    ExitCode.USAGE,
                    "Nothing was changed. What entry " + index
                            + " says will be lost for good; copy the data directory first, then repeat with --yes");
        }
        String who = System.getProperty("user.name", "unknown");
        EntryEditor.Place place = store.with(layout -> EntrySkip.run(FILES, layout, index, who, Instant.now()));
        output.print(
                new JsonObject()
                        .put("index", index)
                        .put("file", place.file().toString())
                        .put("position", place.position())
                        .put("bytes", place.bytes()),
                "Skipped entry " + index + " of " + place.bytes() + " bytes.");
        return ExitCode.OK;
    }

    /** The journal a tool writes. */
    static JournalSettings journal() {
        return JournalSettings.DEFAULT;
    }
}
