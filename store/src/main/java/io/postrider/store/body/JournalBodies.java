// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import io.postrider.api.port.ShardLog;
import io.postrider.store.segment.BodySource;
import io.postrider.store.segment.WantedOffsets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the bodies in the journal were at one moment. Immutable; handed to the thread that writes a checkpoint.
 *
 * @param chunks by log, each list ascending
 */
public record JournalBodies(Map<Long, List<JournalChunk>> chunks) {

    /** The bodies that are wanted, read from the journal in its own order, so that each entry is read once. */
    public BodySource wanted(long upToEntry, LongFunction<@Nullable WantedOffsets> wanted, ShardLog log) {
        return new Source(upToEntry, wanted, log);
    }

    /** Walks through one log's wanted bodies. */
    private static final class Walk implements Comparable<Walk> {
        private final long logId;
        private final List<JournalChunk> chunks;
        private final WantedOffsets wanted;
        private final long upToEntry;
        private int chunk;
        private long offset;

        Walk(long logId, List<JournalChunk> chunks, WantedOffsets wanted, long upToEntry) {
            this.logId = logId;
            this.chunks = chunks;
            this.wanted = wanted;
            this.upToEntry = upToEntry;
            this.offset = chunks.get(0).startOffset() - 1;
        }

        /** Moves to the next wanted body. */
        boolean next() {
            offset++;
            while (chunk < chunks.size()) {
                JournalChunk current = chunks.get(chunk);
                while (offset < current.endOffset()) {
                    if (current.entry(offset) > upToEntry) {
                        return false;
                    }
                    if (wanted.contains(offset)) {
                        return true;
                    }
                    offset++;
                }
                chunk++;
            }
            return false;
        }

        long entry() {
            return chunks.get(chunk).entry(offset);
        }

        int position() {
            return chunks.get(chunk).position(offset);
        }

        int length() {
            return chunks.get(chunk).length(offset);
        }

        @Override
        public int compareTo(Walk other) {
            int byEntry = Long.compare(entry(), other.entry());
            return byEntry != 0 ? byEntry : Integer.compare(position(), other.position());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(logId);
        }
    }

    private final class Source implements BodySource {
        private final long upToEntry;
        private final LongFunction<@Nullable WantedOffsets> wanted;
        private final ShardLog log;

        Source(long upToEntry, LongFunction<@Nullable WantedOffsets> wanted, ShardLog log) {
            this.upToEntry = upToEntry;
            this.wanted = wanted;
            this.log = log;
        }

        private List<Walk> walks() {
            List<Walk> walks = new ArrayList<>();
            chunks.forEach((logId, list) -> {
                WantedOffsets offsets = wanted.apply(logId);
                if (offsets != null) {
                    Walk walk = new Walk(logId, list, offsets, upToEntry);
                    if (walk.next()) {
                        walks.add(walk);
                    }
                }
            });
            return walks;
        }

        @Override
        public Map<Long, Long> bytesByLog() {
            Map<Long, Long> bytes = new HashMap<>();
            for (Walk walk : walks()) {
                long sum = 0;
                do {
                    sum += walk.length();
                } while (walk.next());
                bytes.put(walk.logId, sum);
            }
            return bytes;
        }

        @Override
        public void forEach(Sink sink) {
            PriorityQueue<Walk> queue = new PriorityQueue<>(walks());
            long entry = -1;
            ByteBuffer bytes = null;
            while (!queue.isEmpty()) {
                Walk walk = queue.remove();
                if (walk.entry() != entry || bytes == null) {
                    entry = walk.entry();
                    bytes = log.read(entry);
                    if (bytes == null) {
                        throw new IllegalStateException("Expected entry " + entry
                                + " to be in the journal until its messages are in segments, but it was released");
                    }
                }
                sink.body(walk.logId, walk.offset, bytes.slice(bytes.position() + walk.position(), walk.length()));
                if (walk.next()) {
                    queue.add(walk);
                }
            }
        }
    }
}
