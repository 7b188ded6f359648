// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.OffsetRanges;

/** Offsets that end in the same way and wait for their command, and their bytes. Owned by the shard's thread. */
public final class Pending {
    private final OffsetRanges.Builder offsets = new OffsetRanges.Builder();
    private long bytes;

    public boolean isEmpty() {
        return offsets.isEmpty();
    }

    public void add(long offset, long messageBytes) {
        offsets.add(offset);
        bytes += messageBytes;
    }

    /** Bytes of the offsets collected; to be asked before {@link #take}. */
    public long bytes() {
        return bytes;
    }

    /** Takes the offsets out. */
    public OffsetRanges take() {
        bytes = 0;
        return offsets.build();
    }

    void clear() {
        take();
    }
}
