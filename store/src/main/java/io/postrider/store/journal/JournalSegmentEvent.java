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
import org.jspecify.annotations.Nullable;

/**
 * The journal goes on in another file, for the flight recorder. The duration is what the writer waited for the file. Owned by the
 * journal's writer.
 */
@Name("io.postrider.JournalSegment")
@Label("Journal Segment Opened")
@Description("The journal goes on in another segment file; the duration is what its writer waited for the file")
@Category({"Postrider", "Journal"})
@StackTrace(false)
final class JournalSegmentEvent extends Event {
    @Label("Shard")
    int shard;

    @Label("File")
    @Nullable
    String file;

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("First Index")
    long firstIndex;
}
