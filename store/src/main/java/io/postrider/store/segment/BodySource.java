// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The new bodies of one checkpoint, in the order of the shard's log: ascending offsets within a log, logs interleaved. Used by the
 * thread that writes the checkpoint, and from the start again if the writing failed and is tried again.
 */
public interface BodySource {
    /** Encoded bytes to come, by log. A guide for placing them; being wrong costs only locality. */
    Map<Long, Long> bytesByLog();

    void forEach(Sink sink);

    /** Takes one body after another. */
    @FunctionalInterface
    interface Sink {
        /**
         * Takes one body.
         *
         * @param offset above every offset this log ever gave to a checkpoint and still wants
         * @param encoded read from position to limit during the call, not kept
         */
        void body(long logId, long offset, ByteBuffer encoded);
    }
}
