// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight recorder: a checkpoint was written. Its duration is that of the event. */
@Name("io.postrider.Checkpoint")
@Label("Checkpoint")
@Category("Postrider")
@Description("State and message bodies became durable, so that journal segments can be recycled")
@StackTrace(false)
final class CheckpointEvent extends Event {
    @Label("Log index")
    long index;

    @Label("Bytes written")
    @DataAmount
    long bytes;

    @Label("Segments")
    int segments;
}
