// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/**
 * What a dispatcher needs for the messages of a log. Owned by the shard's thread.
 *
 * @param waiting those that are not due
 * @param backlog reads those that are
 * @param sweeper ends those whose time to live ran out
 */
record Stored(Waiting waiting, Backlog backlog, Sweeper sweeper) {

    long nextMs() {
        return Math.min(waiting.nextMs(), sweeper.nextMs());
    }

    /** A message is done. */
    void finished(long offset) {
        backlog.finished(offset);
        waiting.finished(offset);
    }
}
