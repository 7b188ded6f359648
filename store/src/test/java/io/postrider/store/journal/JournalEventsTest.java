// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording says about a journal that wrote a few entries, one group commit each. */
class JournalEventsTest {
    private static final int COUNT = 60;

    @Test
    void aRecordingTellsOfEachFlushAndSegment(@TempDir Path directory) throws Exception {
        Path dump = directory.resolve("journal.jfr");
        long syncs;
        try (Recording recording = new Recording()) {
            recording.enable(JournalFlushEvent.class).withoutThreshold();
            recording.enable(JournalSegmentEvent.class).withoutThreshold();
            recording.start();
            syncs = write(Path.of("/journal-" + System.nanoTime())); // JDK 17 loses texts that recordings repeat
            recording.stop();
            recording.dump(dump);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(dump);
        List<RecordedEvent> flushes = named(events, "io.postrider.JournalFlush");
        assertEquals(COUNT, flushes.size());
        for (RecordedEvent flush : flushes) {
            assertEquals(5, flush.getInt("shard"));
            assertEquals(1, flush.getLong("entries"));
            assertEquals(RecordFrame.bytes(100), flush.getLong("bytes"));
            assertTrue(flush.getDuration("writeTime").toNanos() > 0, flush.toString());
            assertTrue(flush.getDuration("syncTime").toNanos() > 0, flush.toString());
            assertTrue(
                    flush.getDuration().compareTo(flush.getDuration("syncTime")) >= 0,
                    "the whole is longer than a part: " + flush);
        }
        assertTrue(syncs >= COUNT, "syncs: " + syncs);

        List<RecordedEvent> segments = named(events, "io.postrider.JournalSegment");
        assertTrue(segments.size() >= 2, "segments: " + segments);
        RecordedEvent first = segments.get(0);
        assertTrue(first.getString("file").endsWith("journal-0000000001.seg"), first.toString());
        assertEquals(1, first.getLong("firstIndex"));
        assertEquals(4096, first.getLong("bytes"));
    }

    /** Returns how often the journal said it synced. */
    private static long write(Path journalDirectory) throws Exception {
        CommitRecorder commits = new CommitRecorder();
        JournalSettings settings =
                JournalSettings.DEFAULT.withSegmentBytes(4096).withShard(5);
        try (Journal journal = Journal.open(new FaultyFiles(), journalDirectory, settings)) {
            assertEquals(0, journal.syncs());
            journal.replay(0, (index, bytes) -> {});
            journal.start(commits);
            for (int i = 0; i < COUNT; i++) {
                commits.await(journal.append(ByteBuffer.allocate(100)));
            }
            assertEquals(journal.stats().syncs(), journal.syncs());
            return journal.syncs();
        }
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }
}
