// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The write-ahead journal: records appended to preallocated, recycled segment files by one thread, with group commit and no
 * timer. Start with {@link io.postrider.store.journal.Journal}; the byte layout is in docs/formats/journal.md and, as code, in
 * {@code RecordFrame} and {@code SegmentHeader}; what a crash leaves behind is judged in {@code JournalRecovery}.
 */
@NullMarked
package io.postrider.store.journal;

import org.jspecify.annotations.NullMarked;
