// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.segment.BodySource;
import io.postrider.store.segment.WantedOffsets;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one checkpoint makes durable, as of one applied index. Immutable; survives being written by another thread while the shard
 * goes on.
 *
 * @param index every entry up to this one is contained, none after it
 * @param state the encoded state without message bodies, in pieces; read only
 * @param bodies what is wanted and in no segment yet
 * @param wanted which offsets of a log are wanted of those in segments; null if the log is gone and nothing of it is
 */
public record CheckpointPlan(
        long index, List<ByteBuffer> state, BodySource bodies, LongFunction<@Nullable WantedOffsets> wanted) {
    public CheckpointPlan {
        state = List.copyOf(state);
    }
}
