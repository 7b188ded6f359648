// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.api.port.ShardLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A log in memory that commits when a test says so, and keeps every entry for replays. Reading back is as strict as a log may
 * be: what was released, or lay before a replay, is gone at once. One thread, but for {@link #release} and {@link #read}.
 */
public final class MemoryLog implements ShardLog {
    private final List<byte[]> entries = new ArrayList<>();
    private int committed;
    private long released;
    private long syncs;
    private Listener listener;
    private boolean isCheckpointDue;

    /** Makes some of what is pending durable and says so. */
    public void commit(int count) {
        int target;
        synchronized (this) {
            target = (int) Math.min(entries.size(), (long) committed + count);
            if (target <= committed) {
                return;
            }
            committed = target;
            syncs++;
        }
        listener.committed(target);
    }

    public synchronized int pending() {
        return entries.size() - committed;
    }

    /** Loses what is not durable, except for some entries that made it to disk without anybody knowing. */
    public synchronized void crash(int survivingPending) {
        int kept = Math.min(entries.size(), committed + survivingPending);
        entries.subList(kept, entries.size()).clear();
        committed = kept;
    }

    /** From now on the log says that a checkpoint is due, or is not. */
    public void setCheckpointDue(boolean due) {
        isCheckpointDue = due;
    }

    @Override
    public synchronized long replay(long afterIndex, Visitor visitor) {
        released = Math.max(released, afterIndex);
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
    public synchronized long append(ByteBuffer entry) {
        byte[] bytes = new byte[entry.remaining()];
        entry.get(bytes);
        entries.add(bytes);
        return entries.size();
    }

    @Override
    public synchronized ByteBuffer read(long index) {
        if (index < 1 || index > committed) {
            throw new IllegalArgumentException(
                    "Expected the index of a committed entry, 1 to " + committed + ", but got " + index);
        }
        return index <= released
                ? null
                : ByteBuffer.wrap(entries.get((int) index - 1)).asReadOnlyBuffer();
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public synchronized long syncs() {
        return syncs;
    }

    @Override
    public long replayBytes() {
        return isCheckpointDue ? Long.MAX_VALUE : 0;
    }

    /** Only reading back ends: entries are kept, so that a full replay can be compared with a checkpoint. */
    @Override
    public synchronized void release(long index) {
        released = Math.max(released, index);
        isCheckpointDue = false;
    }

    @Override
    public void close() {
        commit(pending());
    }
}
