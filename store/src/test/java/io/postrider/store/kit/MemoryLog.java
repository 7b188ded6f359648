// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.api.port.ShardLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A log in memory that commits when a test says so, and keeps every entry for replays. One thread, but for release. */
public final class MemoryLog implements ShardLog {
    private final List<byte[]> entries = new ArrayList<>();
    private int committed;
    private Listener listener;
    private boolean isCheckpointDue;

    /** Makes some of what is pending durable and says so. */
    public void commit(int count) {
        int target = Math.min(entries.size(), committed + count);
        if (target > committed) {
            committed = target;
            listener.committed(committed);
        }
    }

    public int pending() {
        return entries.size() - committed;
    }

    /** Loses what is not durable, except for some entries that made it to disk without anybody knowing. */
    public void crash(int survivingPending) {
        int kept = Math.min(entries.size(), committed + survivingPending);
        entries.subList(kept, entries.size()).clear();
        committed = kept;
    }

    /** From now on the log says that a checkpoint is due, or is not. */
    public void setCheckpointDue(boolean due) {
        isCheckpointDue = due;
    }

    @Override
    public long replay(long afterIndex, Visitor visitor) {
        for (int i = (int) afterIndex; i < committed; i++) {
            visitor.entry(i + 1, ByteBuffer.wrap(entries.get(i)));
        }
        return committed;
    }

    @Override
    public void start(Listener newListener) {
        listener = newListener;
    }

    @Override
    public long append(ByteBuffer entry) {
        byte[] bytes = new byte[entry.remaining()];
        entry.get(bytes);
        entries.add(bytes);
        return entries.size();
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public long replayBytes() {
        return isCheckpointDue ? Long.MAX_VALUE : 0;
    }

    @Override
    public void release(long index) {
        // kept, so that a full replay can be compared with a checkpoint
    }

    @Override
    public void close() {
        commit(entries.size());
    }
}
