// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** One group commit, for the flight recorder. Owned by the journal's writer; made only while somebody records it. */
@Name("io.postrider.JournalFlush")
@Label("Journal Flush")
@Description("Entries written to a journal segment and synced together")
@Category({"Postrider", "Journal"})
@StackTrace(false)
final class JournalFlushEvent extends Event {
    @Label("Shard")
    int shard;

    @Label("Bytes")
    @Description("Bytes written, record headers and padding included")
    @DataAmount
    long bytes;

    @Label("Entries")
    long entries;

    @Label("Write Time")
    @Timespan
    long writeTime;

    @Label("Sync Time")
    @Timespan
    long syncTime;
}
