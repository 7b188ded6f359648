// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight recorder: one sparse segment was copied. */
@Name("io.postrider.SegmentCleaning")
@Label("Segment cleaning")
@Category("Postrider")
@Description("What is still wanted of a sparse message segment was copied, so that the segment can be deleted")
@StackTrace(false)
final class SegmentCleaningEvent extends Event {
    @Label("Segment")
    int segment;

    @Label("Live bytes copied")
    @DataAmount
    long live;

    @Label("Bytes of the segment")
    @DataAmount
    long bytes;

    /** Fills and commits the event if anybody records it. */
    void commit(SegmentSurvey.Load load, long copied) {
        end();
        if (shouldCommit()) {
            segment = load.info.number();
            live = copied;
            bytes = load.info.bytes();
            commit();
        }
    }
}
