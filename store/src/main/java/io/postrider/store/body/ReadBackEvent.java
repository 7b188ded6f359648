// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Flight recorder: messages were read back from disk. Its duration is that of the event. */
@Name("io.postrider.ReadBack")
@Label("Read back")
@Category("Postrider")
@Description("Messages that were not in memory were read from the journal or from segments")
@StackTrace(false)
final class ReadBackEvent extends Event {
    @Label("Log")
    long log;

    @Label("Messages")
    int count;

    @Label("Bytes")
    @DataAmount
    long bytes;
}
