// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What recovery found and where the log goes on. Immutable, but for the open segment inside.
 *
 * @param lastIndex index of the last entry
 * @param sealed complete segments before the current one
 * @param current the segment to go on in, or null to begin a new one
 * @param unopened paths of segments that were prepared and never used, or not durably
 * @param isMarked whether the disk tells that every entry was synced
 */
record RecoveredJournal(
        long lastIndex, List<Sealed> sealed, @Nullable Segment current, List<Path> unopened, boolean isMarked) {

    /** A segment that will not be written again. {@code lastIndex} is that of its last entry, or of the one before it. */
    record Sealed(EntryPositions entries, long lastIndex) {
        Path path() {
            return entries.path();
        }

        long generation() {
            return entries.header().generation();
        }

        long fileBytes() {
            return entries.header().fileBytes();
        }
    }

    RecoveredJournal {
        sealed = List.copyOf(sealed);
        unopened = List.copyOf(unopened);
    }
}
