// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import io.postrider.store.segment.Extent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the bodies of all logs of a shard are on this node. Owned by the shard's thread; not part of the replicated state.
 *
 * <p>A log is an address, named by its id, or the staged body of a large message, see {@link #stagedLog}. While a body is only in the journal
 * it costs 16 bytes of heap, and how many there may be is limited by taking a checkpoint; a body in a segment costs
 * nothing, an extent about a hundred bytes.
 */
public final class BodyIndex {
    /** Logs of addresses, by id: ids are dense. */
    private final List<@Nullable LogBodies> addresses = new ArrayList<>();

    /** Logs of staged bodies. */
    private final Map<Long, LogBodies> staged = new HashMap<>();

    private long journalCount;
    private long entry;
    private int position;
    private int length;

    /** The log of a staged body: chunks are its offsets. */
    public static long stagedLog(long bodyId) {
        return -1 - bodyId;
    }

    /** Bodies known in the journal. */
    public long journalCount() {
        return journalCount;
    }

    /** Says where in the journal the body of the command that is applied next is. */
    public void at(long entryIndex, int bodyAt, int bodyBytes) {
        entry = entryIndex;
        position = bodyAt;
        length = bodyBytes;
    }

    /** The body of the present command is the newest of a log. */
    public void appended(long logId, long offset, long lowestWanted) {
        journalCount += logOrNew(logId).add(offset, entry, position, length, lowestWanted);
    }

    private LogBodies logOrNew(long logId) {
        LogBodies known = log(logId);
        if (known != null) {
            return known;
        }
        LogBodies made = new LogBodies();
        if (logId < 0) {
            staged.put(logId, made);
            return made;
        }
        while (addresses.size() <= logId) {
            addresses.add(null);
        }
        addresses.set((int) logId, made);
        return made;
    }

    /** A log is gone. */
    public void dropped(long logId) {
        LogBodies log = log(logId);
        if (log == null) {
            return;
        }
        journalCount -= log.journalCount();
        if (logId < 0) {
            staged.remove(logId);
        } else {
            addresses.set((int) logId, null);
        }
    }

    @Nullable
    LogBodies log(long logId) {
        if (logId < 0) {
            return staged.get(logId);
        }
        return logId < addresses.size() ? addresses.get((int) logId) : null;
    }

    /** What is in the journal now, by log. */
    public JournalBodies journalBodies() {
        Map<Long, List<JournalChunk>> chunks = new HashMap<>();
        forEach((logId, log) -> {
            if (log.journalCount() > 0) {
                chunks.put(logId, log.frozen());
            }
        });
        return new JournalBodies(chunks);
    }

    /** A checkpoint is in force: these are all extents, and nothing needs the journal up to an entry any more. */
    public void checkpointed(long upToEntry, List<Extent> extents) {
        forEach((logId, log) -> log.clearExtents());
        for (Extent extent : extents) {
            LogBodies log = log(extent.logId());
            if (log != null) {
                log.add(extent);
            }
        }
        forEach((logId, log) -> journalCount -= log.released(upToEntry));
    }

    /** Takes over what a checkpoint that was loaded holds. */
    public void restore(List<Extent> extents) {
        for (Extent extent : extents) {
            logOrNew(extent.logId()).add(extent);
        }
    }

    private void forEach(BiConsumer<Long, LogBodies> action) {
        for (int id = 0; id < addresses.size(); id++) {
            LogBodies log = addresses.get(id);
            if (log != null) {
                action.accept((long) id, log);
            }
        }
        staged.forEach(action);
    }
}
