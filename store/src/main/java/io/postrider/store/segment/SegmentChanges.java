// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/**
 * What a checkpoint does to the segments: durable, but not in force before its manifest is. Immutable.
 *
 * @param table how it will be
 * @param bytesWritten to segments and indexes
 * @param bytesCleaned encoded bytes of the bodies that were copied from sparse segments; part of those written
 * @param bytesFreed length of the files that go
 * @param liveBytes estimated bytes of records that are still wanted
 */
public record SegmentChanges(
        SegmentTable table, long bytesWritten, long bytesCleaned, long bytesFreed, long liveBytes) {}
