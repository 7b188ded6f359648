// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.checkpoint.CheckpointCheck;
import io.postrider.store.io.Damage;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalException;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.segment.SegmentInfo;
import io.postrider.store.segment.SegmentNames;
import io.postrider.store.tools.Finding.Severity;
import io.postrider.store.tools.UnchangedFiles.Change;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads everything a stopped store holds, as a start and all its consumers would, and lists what is wrong. Writes nothing but the lock.
 * Owned by one thread.
 *
 * <p>Of checkpoints, segments and indexes all damage is listed. Of the journal the first, since a damaged record hides where the
 * next one begins. Bytes that nothing needs any more are not looked at.
 */
public final class StoreVerifier {
    private final FileAccess files;
    private final StoreLayout layout;
    private final EntryCheck check;
    private final List<Finding> findings = new ArrayList<>();

    /** Says whether a broker could read what is in an entry; the verifier itself does not know commands. */
    @FunctionalInterface
    public interface EntryCheck {
        /** Takes any entry for good. */
        EntryCheck NONE = entry -> {};

        /** @throws RuntimeException that says what is wrong with the entry */
        void check(ByteBuffer entry);
    }

    /**
     * What was found, and how much was looked at.
     *
     * @param checkpointIndex log index of the checkpoint
     * @param lastIndex of the journal; the checkpoint's if nothing follows it or the journal is damaged
     * @param entries of the journal behind the checkpoint that are intact
     * @param bodies in segments that are intact
     */
    public record Report(List<Finding> findings, long checkpointIndex, long lastIndex, long entries, long bodies) {
        /** Whether all confirmed data can be read. */
        public boolean isIntact() {
            return findings.stream().noneMatch(finding -> finding.severity() == Severity.DAMAGE);
        }
    }

    private StoreVerifier(FileAccess files, StoreLayout layout, EntryCheck check) {
        this.files = files;
        this.layout = layout;
        this.check = check;
    }

    /**
     * Verifies a store that no broker has open.
     *
     * @throws io.postrider.store.io.StoreLockedException if one has
     */
    public static Report verify(FileAccess files, StoreLayout layout, EntryCheck check) {
        StoreLock lock = layout.lock();
        try {
            return new StoreVerifier(files, layout, check).run();
        } finally {
            lock.close();
        }
    }

    /** Verifies a store that the caller has locked. */
    static Report verifyLocked(FileAccess files, StoreLayout layout) {
        return new StoreVerifier(files, layout, EntryCheck.NONE).run();
    }

    private Report run() {
        UnchangedFiles unchanged = new UnchangedFiles(files);
        CheckpointCheck.Result checkpoint = CheckpointCheck.run(unchanged, layout.checkpoints(), layout.shard());
        checkpoint.damages().forEach(this::addDamage);
        checkpoint.table().segments().forEach(this::noteTail);
        long[] entries = {0};
        long lastIndex = checkpoint.index();
        if (checkpoint.isReadable()) {
            lastIndex = verifyJournal(unchanged, checkpoint.index(), entries);
        } else {
            findings.add(new Finding(
                    Severity.NOTE,
                    layout.journal(),
                    0,
                    "the journal was not read",
                    "Where it has to go on is in the damaged manifest.",
                    Damage.RESTORE));
        }
        return new Report(List.copyOf(findings), checkpoint.index(), lastIndex, entries[0], checkpoint.bodies());
    }

    private void addDamage(Damage damage) {
        findings.add(new Finding(
                Severity.DAMAGE,
                damage.file(),
                damage.position(),
                damage.finding(),
                damage.meaning(),
                damage.advice()));
    }

    private void noteTail(SegmentInfo segment) {
        noteTail(layout.checkpoints().resolve(SegmentNames.bodies(segment.number())), segment.bytes());
        noteTail(layout.checkpoints().resolve(SegmentNames.index(segment.number())), segment.indexBytes());
    }

    private void noteTail(Path path, long bytes) {
        if (files.exists(path) && FileSizes.of(files, path) > bytes) {
            findings.add(new Finding(
                    Severity.NOTE,
                    path,
                    bytes,
                    "the file goes on behind its committed end",
                    "A checkpoint did not come into force; nothing is lost.",
                    "Nothing to do: the next start cuts it."));
        }
    }

    private void checkEntry(long index, ByteBuffer entry) {
        try {
            check.check(entry);
        } catch (RuntimeException e) {
            findings.add(new Finding(
                    Severity.DAMAGE,
                    layout.journal(),
                    0,
                    "entry " + index + " is intact, but cannot be understood: " + e.getMessage(),
                    "The broker does not start.",
                    "Keep a copy of the store and report it; 'postrider data skip " + index
                            + "' lets the broker start without it."));
        }
    }

    private long verifyJournal(UnchangedFiles unchanged, long afterIndex, long[] entries) {
        JournalSettings settings = JournalSettings.DEFAULT.withShard(layout.shard());
        try (Journal journal = Journal.open(unchanged, layout.journal(), settings)) {
            long lastIndex = journal.replay(afterIndex, (index, entry) -> {
                entries[0]++;
                checkEntry(index, entry);
            });
            for (Change change : unchanged.changes()) {
                findings.add(new Finding(
                        Severity.NOTE,
                        change.file(),
                        change.position(),
                        "an unconfirmed, torn write at the end of the journal",
                        "Nobody was told that it succeeded; nothing is lost.",
                        "Nothing to do: the next start cuts it."));
            }
            return lastIndex;
        } catch (JournalException e) {
            Damage damage = e.damage();
            addDamage(
                    damage != null
                            ? damage
                            : Damage.preventingStart(layout.journal(), 0, String.valueOf(e.getMessage())));
            return afterIndex;
        }
    }
}
