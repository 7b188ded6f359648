// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.checkpoint.CheckpointCheck;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.EntryEditor;
import io.postrider.store.journal.EntryEditor.Place;
import io.postrider.store.journal.JournalSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The way out of a poison entry (rules.md 6): a stopped store's broker will pass it over. The entry's bytes stay in the journal until their
 * segment is used again, and what was done is noted in {@code audit.log} before and after. Stateless.
 */
public final class EntrySkip {
    /** Name of the file in the store directory that keeps what operators did to the store. */
    public static final String AUDIT_FILE = "audit.log";

    private EntrySkip() {}

    /**
     * Takes one entry out.
     *
     * @param who named in the audit line
     * @return where the entry is
     * @throws IllegalArgumentException if the checkpoint has the entry already, or the journal has none of that index
     */
    public static Place run(FileAccess files, StoreLayout layout, long index, String who, Instant now) {
        StoreLock lock = layout.lock();
        try {
            long checkpointIndex = CheckpointCheck.readIndex(files, layout.checkpoints(), layout.shard());
            if (index <= checkpointIndex) {
                throw new IllegalArgumentException("Expected the index of an entry after the checkpoint's "
                        + checkpointIndex + ", but got " + index + ": what it did is in the checkpoint");
            }
            JournalSettings settings = JournalSettings.DEFAULT.withShard(layout.shard());
            EntryEditor editor = new EntryEditor(files, layout.journal(), settings);
            Place place = editor.find(index);
            String what = "index=" + index + " file=" + place.file().getFileName() + " position=" + place.position()
                    + " bytes=" + place.bytes() + " by=" + who;
            byte[] head = new byte[2];
            append(files, layout, now + " skip begun " + what);
            editor.edit(place, entry -> {
                ByteBuffer first = entry.duplicate();
                first.get(head, 0, Math.min(2, first.remaining()));
                CommandCodec.skip(entry);
            });
            append(files, layout, now + " skip done " + what + " firstTwoBytes=%02x%02x".formatted(head[0], head[1]));
            return place;
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to write " + AUDIT_FILE + ", but " + e, e);
        } finally {
            lock.close();
        }
    }

    private static void append(FileAccess files, StoreLayout layout, String line) throws IOException {
        Path path = layout.directory().resolve(AUDIT_FILE);
        boolean isThere = files.exists(path);
        try (StoreFile file = files.open(path, isThere ? FileAccess.Mode.WRITE : FileAccess.Mode.CREATE)) {
            file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)), file.size());
            file.force(true);
        }
        if (!isThere) {
            files.syncDirectory(layout.directory());
        }
    }
}
