// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A journal closed when its segment was as good as full. The seeded disk simulation found that there was no room for the marker then,
 * so that damage to the last entries was taken for a torn write, and confirmed messages were cut.
 */
@Timeout(60)
class FullSegmentTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final int SEGMENT_BYTES = 4096;
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(SEGMENT_BYTES);
    private static final int LARGE_BYTES = 2000;

    @Test
    void damageToItsLastEntryIsNoTornWrite() throws Exception {
        int begin = SegmentHeader.BYTES + RecordFrame.OPENING_BYTES + RecordFrame.bytes(LARGE_BYTES);
        for (int left = 0; left <= 96; left += 8) {
            FaultyFiles files = new FaultyFiles();
            int length = SEGMENT_BYTES - begin - RecordFrame.HEADER_BYTES - left;
            CommitRecorder commits = new CommitRecorder();
            try (Journal journal = Journal.open(files, DIRECTORY, SMALL)) {
                journal.replay(0, (index, entry) -> {});
                journal.start(commits);
                commits.await(journal.append(ByteBuffer.allocate(LARGE_BYTES)));
                commits.await(journal.append(ByteBuffer.allocate(length)));
            }
            assertEquals(2, entries(files.copy()), left + " bytes left");

            boolean isInFirst = left >= RecordFrame.HEADER_BYTES; // what is kept free for the marker
            Path file = DIRECTORY.resolve(SegmentNames.segment(isInFirst ? 1 : 2));
            int position = isInFirst ? begin : SegmentHeader.BYTES + RecordFrame.OPENING_BYTES;
            files.flip(file, position + RecordFrame.HEADER_BYTES + 100);

            String context = left + " bytes left";
            JournalException refusal = assertThrows(JournalException.class, () -> entries(files), context);
            assertNotNull(refusal.damage());
            assertEquals(file, refusal.damage().file());
            assertEquals(position, refusal.damage().position(), context);
        }
    }

    private static long entries(FaultyFiles files) {
        try (Journal journal = Journal.open(files, DIRECTORY, SMALL)) {
            return journal.replay(0, (index, entry) -> {});
        }
    }
}
