// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * What one checkpoint writes, taken by the shard's thread at one applied index. Immutable; survives being written by
 * another thread while the shard goes on.
 *
 * @param index every entry up to this one is contained, none after it
 * @param state the encoded state without message bodies; read only
 * @param newSegment number of the body segment that {@code survivors} go to; larger than every number used before
 * @param survivors in order of (address, offset); may be empty, then no segment is written
 * @param liveSegments earlier body segments that still hold a wanted message; the others are deleted after the commit
 */
public record CheckpointImage(
        long index, ByteBuffer state, int newSegment, List<? extends Survivor> survivors, Set<Integer> liveSegments) {}
