// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/** What one dispatcher, or the whole shard, has done since start. Owned by the shard's thread. */
public final class Counters {
    public long published;
    public long delivered;
    public long acknowledged;
    public long requeued;
    public long deadLettered;
    public long expired;

    /** Deliveries taken back because they were held for too long. */
    public long leasesEnded;

    /** Accepted and dropped: no subscription of the topic wanted them. */
    public long unrouted;

    /** Accepted and not kept: their id came before. */
    public long duplicates;

    /** Accepted and dropped: the address was full. */
    public long dropped;
}
