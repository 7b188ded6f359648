// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.api.port.ShardLog;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import io.postrider.store.journal.SegmentListing.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal back after a stop or a crash. Owned by the thread that opens the store.
 *
 * <p><b>Torn or damaged</b> (rules.md 23). Every record says up to which position its segment was durable when it was
 * written. The highest such position in the last segment is the border: a bad record at or past it belongs to a write that
 * was never confirmed, and the log ends before it; a bad record before it was confirmed once, and the store stays closed.
 * To know the border, the search goes on behind a bad record to the end of the file. Segments before the last one were synced
 * as a whole before their successor was opened, and the successor's opening record says where they end: there every bad
 * record is damage.
 *
 * <p><b>Going on behind a cut.</b> The last segment is continued in its own generation. Intact records that lie behind the
 * cut (a later part of the torn write may have reached the disk when an earlier one did not) would become readable again once
 * new records close the gap, so they are overwritten with zeros first. A record that is not intact now cannot become so
 * later: it would have to keep its own first bytes, which the first new record replaces.
 *
 * <p><b>Re-sync.</b> Records behind the border are in the page cache, but a failed sync of the process before us may have
 * left them off the disk and marked clean. They are written again, not only synced, before anybody relies on them.
 */
final class JournalRecovery {
    private final FileAccess files;
    private final long afterIndex;
    private final ShardLog.Visitor visitor;

    private long lastIndex;

    JournalRecovery(FileAccess files, long afterIndex, ShardLog.Visitor visitor) {
        this.files = files;
        this.afterIndex = afterIndex;
        this.visitor = visitor;
    }

    /** A segment whose opening record is intact. */
    private record Opened(Found found, long firstIndex, long previousId, long previousEnd) {
        Path path() {
            return found.path();
        }
    }

    RecoveredJournal recover(Path directory, List<Found> segments) throws IOException {
        List<Opened> opened = new ArrayList<>();
        List<Path> unopened = new ArrayList<>();
        for (Found found : segments) {
            Opened opening = readOpening(found);
            if (opening == null) {
                unopened.add(found.path());
            } else if (unopened.isEmpty()) {
                checkFollows(opened, opening);
                opened.add(opening);
            } else {
                throw JournalException.damaged(
                        unopened.get(0),
                        SegmentHeader.BYTES,
                        "no intact opening record, though a later segment is in use");
            }
        }
        if (opened.isEmpty()) {
            if (afterIndex > 0) {
                throw JournalException.damaged(
                        directory,
                        0,
                        "expected the journal to go on after index " + afterIndex
                                + " of the checkpoint, but the directory holds no journal in use");
            }
            return new RecoveredJournal(0, List.of(), null, unopened, true);
        }
        return replay(opened, unopened);
    }

    private RecoveredJournal replay(List<Opened> opened, List<Path> unopened) throws IOException {
        Opened first = opened.get(0);
        if (first.firstIndex() > afterIndex + 1) {
            throw JournalException.damaged(
                    first.path(),
                    SegmentHeader.BYTES,
                    "expected the log to go on with index " + (afterIndex + 1) + ", but it begins with "
                            + first.firstIndex());
        }
        List<Sealed> sealed = new ArrayList<>();
        for (int i = 0; i + 1 < opened.size(); i++) {
            Opened segment = opened.get(i);
            Opened successor = opened.get(i + 1);
            long segmentLastIndex = successor.firstIndex() - 1;
            EntryPositions entries = new EntryPositions(segment.found().header(), segment.path());
            entries.beginAt(segment.firstIndex());
            if (segmentLastIndex > afterIndex) {
                readSealed(segment, Math.toIntExact(successor.previousEnd()), segmentLastIndex, entries);
            }
            sealed.add(new Sealed(entries, segmentLastIndex));
        }
        return readLast(opened.get(opened.size() - 1), sealed, unopened);
    }

    private void checkFollows(List<Opened> opened, Opened next) {
        if (opened.isEmpty()) {
            return;
        }
        Opened before = opened.get(opened.size() - 1);
        if (next.previousId() != before.found().header().segmentId()
                || next.previousEnd() > before.found().header().fileBytes()
                || next.firstIndex() < before.firstIndex()) {
            throw JournalException.damaged(
                    next.path(),
                    SegmentHeader.BYTES,
                    "the opening record does not follow the segment before it: previous segment " + next.previousId()
                            + " ends at " + next.previousEnd() + ", first index " + next.firstIndex());
        }
    }

    private @Nullable Opened readOpening(Found found) throws IOException {
        try (StoreFile file = files.open(found.path(), FileAccess.Mode.READ)) {
            SegmentReader reader = new SegmentReader(file, found.header());
            if (reader.read(SegmentHeader.BYTES)) {
                check(reader, SegmentHeader.BYTES);
                if (reader.type() != RecordFrame.OPENING) {
                    throw JournalException.damaged(
                            found.path(),
                            SegmentHeader.BYTES,
                            "expected an opening record, but found type " + reader.type());
                }
                ByteBuffer payload = reader.payload();
                return new Opened(found, reader.index(), payload.getLong(0), payload.getLong(8));
            }
            Behind behind = searchBehind(reader, SegmentHeader.BYTES);
            refuseBelow(behind.syncedUpTo(), found.path(), SegmentHeader.BYTES);
            return null;
        }
    }

    private void readSealed(Opened segment, int end, long segmentLastIndex, EntryPositions entries) throws IOException {
        try (StoreFile file = files.open(segment.path(), FileAccess.Mode.READ)) {
            SegmentReader reader = new SegmentReader(file, segment.found().header());
            lastIndex = segment.firstIndex() - 1;
            int position = SegmentHeader.BYTES;
            while (position < end) {
                if (!reader.read(position)) {
                    throw JournalException.damaged(
                            segment.path(), position, "no intact record, though the segment is synced up to " + end);
                }
                deliver(reader, position, entries);
                position = reader.next();
            }
            if (position != end || lastIndex != segmentLastIndex) {
                throw JournalException.damaged(
                        segment.path(),
                        position,
                        "expected the segment to end at " + end + " with index " + segmentLastIndex
                                + ", but it ends with index " + lastIndex);
            }
            entries.commit(end);
            entries.seal();
        }
    }

    private RecoveredJournal readLast(Opened segment, List<Sealed> sealed, List<Path> unopened) throws IOException {
        StoreFile file = files.open(segment.path(), FileAccess.Mode.WRITE);
        try {
            SegmentReader reader = new SegmentReader(file, segment.found().header());
            lastIndex = segment.firstIndex() - 1;
            Segment current = new Segment(segment.found().header(), file, lastIndex);
            current.entries().beginAt(segment.firstIndex());
            int syncedUpTo = SegmentHeader.BYTES;
            int entriesEnd = SegmentHeader.BYTES;
            int end = SegmentHeader.BYTES;
            while (reader.read(end)) {
                syncedUpTo = Math.max(syncedUpTo, reader.syncedUpTo());
                deliver(reader, end, current.entries());
                end = reader.next();
                entriesEnd = reader.type() == RecordFrame.ENTRY ? end : entriesEnd;
            }
            Behind behind = searchBehind(reader, end);
            refuseBelow(behind.syncedUpTo(), segment.path(), end);
            makeDurable(reader, file, syncedUpTo, end, behind.end());
            current.entries().commit(entriesEnd);
            current.continueAt(end, lastIndex);
            if (lastIndex < afterIndex) {
                // The checkpoint knows more than the log, which lost its unmarked end: all of this is superseded. The
                // next segment opens with the index after the checkpoint.
                lastIndex = afterIndex;
                current.continueAt(end, afterIndex);
                current.leaveNoRoom();
            }
            return new RecoveredJournal(lastIndex, sealed, current, unopened, entriesEnd <= syncedUpTo);
        } catch (RuntimeException | IOException e) {
            file.close();
            throw e;
        }
    }

    private void deliver(SegmentReader reader, int position, EntryPositions entries) {
        check(reader, position);
        byte type = reader.type();
        if (type == RecordFrame.ENTRY) {
            checkIndex(reader, position, lastIndex + 1);
            lastIndex++;
            entries.add(position);
            if (lastIndex > afterIndex) {
                visitor.entry(lastIndex, reader.payload());
            }
        } else if (type == RecordFrame.MARKER) {
            checkIndex(reader, position, lastIndex);
        } else if (type != RecordFrame.OPENING || position != SegmentHeader.BYTES) {
            throw JournalException.damaged(reader.path(), position, "expected an entry, but found type " + type);
        }
    }

    private static void check(SegmentReader reader, int position) {
        String complaint = reader.complaint();
        if (!complaint.isEmpty()) {
            throw JournalException.damaged(reader.path(), position, complaint);
        }
    }

    private static void checkIndex(SegmentReader reader, int position, long expected) {
        if (reader.index() != expected) {
            throw JournalException.damaged(
                    reader.path(),
                    position,
                    "expected the next index to be " + expected + ", but the record has " + reader.index());
        }
    }

    /** What lies behind a bad record: the highest border its records tell of, and where the last intact one ends. */
    private record Behind(int syncedUpTo, int end) {}

    private static Behind searchBehind(SegmentReader reader, int bad) {
        int syncedUpTo = SegmentHeader.BYTES;
        int end = bad;
        int position = bad + 8;
        while (position < reader.fileBytes()) {
            if (reader.read(position)) {
                syncedUpTo = Math.max(syncedUpTo, reader.syncedUpTo());
                end = reader.next();
                position = end;
            } else {
                position += 8;
            }
        }
        return new Behind(syncedUpTo, end);
    }

    private static void refuseBelow(int syncedUpTo, Path path, int bad) {
        if (bad < syncedUpTo) {
            throw JournalException.damaged(
                    path,
                    bad,
                    "no intact record, though a later one tells that all bytes before " + syncedUpTo + " were synced");
        }
    }

    private void makeDurable(SegmentReader reader, StoreFile file, int syncedUpTo, int end, int staleEnd)
            throws IOException {
        int chunkBytes = 256 * 1024;
        for (int position = syncedUpTo; position < end; position += chunkBytes) {
            int length = Math.min(chunkBytes, end - position);
            file.write(reader.bytes(position, length), position);
        }
        if (staleEnd > end) {
            StoreLog.journalTailCut(reader.path(), end, staleEnd);
            SegmentMaker.writeZeros(file, end, Math.min(staleEnd, reader.fileBytes()));
        }
        if (staleEnd > syncedUpTo) {
            file.force(true);
        }
    }
}
