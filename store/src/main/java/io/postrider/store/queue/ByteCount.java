// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

/** Encoded bytes of the messages one shard holds in memory. Owned by the shard's thread. */
public final class ByteCount {
    private long bytes;

    public long bytes() {
        return bytes;
    }

    public void add(long more) {
        bytes += more;
    }
}
