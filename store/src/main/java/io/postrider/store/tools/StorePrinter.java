// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.checkpoint.CheckpointCheck;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentInfo;
import io.postrider.store.segment.SegmentTable;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows what a stopped store holds, a line for each thing. Writes nothing but the lock. Owned by one thread. */
public final class StorePrinter {
    private final FileAccess files;
    private final StoreLayout layout;
    private final Format format;
    private final Consumer<String> out;

    /** How a line looks. */
    public enum Format {
        TEXT,
        /** One object a line. */
        JSON
    }

    /** Says what is in a journal entry; the printer itself does not know commands. */
    @FunctionalInterface
    public interface EntryText {
        String of(ByteBuffer entry);
    }

    /** A printer whose lines, without line ends, go to a consumer. */
    public StorePrinter(FileAccess files, StoreLayout layout, Format format, Consumer<String> out) {
        this.files = files;
        this.layout = layout;
        this.format = format;
        this.out = out;
    }

    /**
     * Prints the journal entries behind the checkpoint.
     *
     * @throws io.postrider.store.journal.JournalException if the journal is damaged
     */
    public void entries(EntryText text) {
        StoreLock lock = layout.lock();
        try {
            UnchangedFiles unchanged = new UnchangedFiles(files);
            long afterIndex = CheckpointCheck.readIndex(unchanged, layout.checkpoints(), layout.shard());
            JournalSettings settings = JournalSettings.DEFAULT.withShard(layout.shard());
            try (Journal journal = Journal.open(unchanged, layout.journal(), settings)) {
                journal.replay(afterIndex, (index, entry) -> {
                    int bytes = entry.remaining();
                    new Line("entry")
                            .number("index", index)
                            .number("bytes", bytes)
                            .text("content", text.of(entry))
                            .print();
                });
            }
        } finally {
            lock.close();
        }
    }

    /**
     * Prints the segments and extents of the checkpoint.
     *
     * @throws CheckpointException if the manifest is damaged
     */
    public void extents() {
        StoreLock lock = layout.lock();
        try {
            SegmentTable table =
                    CheckpointCheck.readTable(new UnchangedFiles(files), layout.checkpoints(), layout.shard());
            table.segments().forEach(this::segment);
            table.extents().forEach(this::extent);
        } finally {
            lock.close();
        }
    }

    private void segment(SegmentInfo segment) {
        new Line("segment")
                .number("number", segment.number())
                .text("kind", segment.kind().name().toLowerCase(Locale.ROOT))
                .text("state", segment.isSealed() ? "sealed" : "open")
                .number("log", segment.logId())
                .number("bytes", segment.bytes())
                .number("indexBytes", segment.indexBytes())
                .print();
    }

    private void extent(Extent extent) {
        new Line("extent")
                .number("log", extent.logId())
                .number("firstOffset", extent.firstOffset())
                .number("lastOffset", extent.lastOffset())
                .number("bodies", extent.count())
                .number("bytes", extent.bytes())
                .number("segment", extent.segment())
                .number("position", extent.position())
                .number("end", extent.end())
                .print();
    }

    /** One line under construction. */
    private final class Line {
        private final StringBuilder line = new StringBuilder();

        Line(String what) {
            line.append(format == Format.JSON ? "{\"what\":\"" + what + "\"" : what);
        }

        Line number(String name, long value) {
            line.append(format == Format.JSON ? ",\"" + name + "\":" + value : " " + name + "=" + value);
            return this;
        }

        Line text(String name, String value) {
            line.append(
                    format == Format.JSON
                            ? ",\"" + name + "\":\"" + JsonText.escaped(value) + "\""
                            : " " + name + "=" + value);
            return this;
        }

        void print() {
            out.accept(format == Format.JSON ? line.append('}').toString() : line.toString());
        }
    }
}
