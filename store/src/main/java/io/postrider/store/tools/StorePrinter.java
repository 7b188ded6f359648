// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.checkpoint.CheckpointCheck;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.machine.ShardState;
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
     * Prints the journal entries behind the checkpoint that are in a range.
     *
     * @throws io.postrider.store.journal.JournalException if the journal is damaged
     */
    public void entries(EntryText text, long fromIndex, long toIndex) {
        StoreLock lock = layout.lock();
        try {
            UnchangedFiles unchanged = new UnchangedFiles(files);
            long afterIndex = CheckpointCheck.readIndex(unchanged, layout.checkpoints(), layout.shard());
            JournalSettings settings = JournalSettings.DEFAULT.withShard(layout.shard());
            try (Journal journal = Journal.open(unchanged, layout.journal(), settings)) {
                journal.replay(afterIndex, (index, entry) -> {
                    if (index >= fromIndex && index <= toIndex) {
                        int bytes = entry.remaining();
                        line("entry")
                                .number("index", index)
                                .number("bytes", bytes)
                                .text("content", text.of(entry))
                                .print();
                    }
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

    /**
     * Prints the state of the checkpoint: addresses, subscriptions, bodies of large messages and users.
     *
     * @throws CheckpointException if the manifest or the state is damaged
     */
    public void state() {
        StoreLock lock = layout.lock();
        try {
            ByteBuffer encoded =
                    CheckpointCheck.readState(new UnchangedFiles(files), layout.checkpoints(), layout.shard());
            ShardState state = new ShardState();
            if (encoded.hasRemaining()) {
                StateCodec.read(encoded, state);
            }
            new StateText(this::line).print(state);
        } finally {
            lock.close();
        }
    }

    private void segment(SegmentInfo segment) {
        line("segment")
                .number("number", segment.number())
                .text("kind", segment.kind().name().toLowerCase(Locale.ROOT))
                .text("state", segment.isSealed() ? "sealed" : "open")
                .number("log", segment.logId())
                .number("bytes", segment.bytes())
                .number("indexBytes", segment.indexBytes())
                .print();
    }

    private void extent(Extent extent) {
        line("extent")
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

    private PrintedLine line(String what) {
        return new PrintedLine(format, what, out);
    }
}
