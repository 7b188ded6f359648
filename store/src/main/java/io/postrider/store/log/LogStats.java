// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.log;

/**
 * Counts of one log since it was opened. Immutable.
 *
 * @param committedIndex index of the last durable entry
 * @param entries entries committed
 * @param bytes bytes committed, with headers and padding
 * @param syncs how often the disk was synced; {@code entries / syncs} is the size of a group commit
 * @param segments files that are part of the log
 * @param pendingBytes bytes appended and not committed
 * @param replayBytes bytes of files a checkpoint could free
 */
public record LogStats(
        long committedIndex, long entries, long bytes, long syncs, int segments, long pendingBytes, long replayBytes) {}
