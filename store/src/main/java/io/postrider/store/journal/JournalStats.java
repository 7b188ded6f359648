// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

/**
 * Counts of one journal since it was opened. Immutable.
 *
 * @param committedIndex index of the last durable entry
 * @param entries entries committed
 * @param bytes bytes committed, record headers and padding included
 * @param syncs how often the file was synced
 * @param markers sync markers written
 * @param pendingBytes bytes appended and not committed
 * @param replayBytes bytes of files a checkpoint could free
 * @param segments files that are part of the log, without those prepared or spare
 */
public record JournalStats(
        long committedIndex,
        long entries,
        long bytes,
        long syncs,
        long markers,
        long pendingBytes,
        long replayBytes,
        int segments) {}
