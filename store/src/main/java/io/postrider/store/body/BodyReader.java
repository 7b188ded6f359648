// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import io.postrider.api.message.Message;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.MessageCodec;
import io.postrider.store.dispatch.BodyReads;
import io.postrider.store.queue.AddressState;
import io.postrider.store.segment.Extent;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads bodies back on a thread of its own, so that the shard never waits for a disk (rules.md 26). Calls come from the
 * shard's thread and are answered there.
 *
 * <p>Nothing is pinned meanwhile: when a checkpoint has moved a body or recycled its journal segment before it was read, the place is
 * looked up again.
 */
public final class BodyReader implements BodyReads {
    private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);
    private static final int COUNT_MAX = 1024;
    private static final int TRIES_MAX = 5;

    private final BodyIndex index;
    private final ShardLog log;
    private final Checkpoints checkpoints;
    private final Executor readers;
    private final Executor shard;
    private final Consumer<Throwable> onFailure;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();

    /**
     * @param readers runs the reading
     * @param shard runs on the shard's thread
     * @param onFailure told on the shard's thread when the disk has failed
     */
    public BodyReader(
            BodyIndex index,
            ShardLog log,
            Checkpoints checkpoints,
            Executor readers,
            Executor shard,
            Consumer<Throwable> onFailure) {
        this.index = index;
        this.log = log;
        this.checkpoints = checkpoints;
        this.readers = readers;
        this.shard = shard;
        this.onFailure = onFailure;
    }

    /** Requests that went to the disk. Any thread. */
    public long reads() {
        return reads.get();
    }

    /** Encoded bytes read back. Any thread. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** One request on its way: first the shard's thread looks up where the bodies are, then a reader's thread reads them. */
    private abstract class Request {
        private final long logId;
        private final long[] offsets;
        private final int from;
        private final int bytesMax;
        private final @Nullable JournalChunk[] chunks;
        private final @Nullable Extent[] extents;
        final int wanted;
        private int done;
        private long bytes;
        private int tries;

        Request(long logId, long[] offsets, int from, int bytesMax) {
            this.logId = logId;
            this.offsets = offsets;
            this.from = from;
            this.bytesMax = bytesMax;
            this.wanted = Math.min(COUNT_MAX, offsets.length - from);
            this.chunks = new JournalChunk[wanted];
            this.extents = new Extent[wanted];
        }

        /** Keeps a body; the buffer is only valid during the call. Reader's thread. */
        abstract void keep(int place, ByteBuffer encoded);

        /** Answers for the first {@code count} places. Shard's thread. */
        abstract void answer(int count);

        private long offset(int place) {
            return offsets[from + place];
        }

        final void start() {
            LogBodies bodies = index.log(logId);
            for (int i = done; i < wanted; i++) {
                JournalChunk chunk = bodies == null ? null : bodies.chunk(offset(i));
                chunks[i] = chunk == null ? null : chunk.frozen();
                extents[i] = bodies == null || chunk != null ? null : bodies.extent(offset(i));
            }
            reads.incrementAndGet();
            try {
                readers.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The broker is closing: nobody is handed a message any more, so nobody misses the answer.
                LOG.debug("A read of log {} came after the readers had ended", logId, e);
            }
        }

        private void run() {
            ReadBackEvent event = new ReadBackEvent();
            event.begin();
            try {
                boolean isGone = false;
                while (hasMore(wanted) && !isGone) {
                    JournalChunk chunk = chunks[done];
                    Extent extent = extents[done];
                    if (chunk != null) {
                        isGone = !readEntry(chunk.entry(offset(done)));
                    } else if (extent != null) {
                        isGone = !readExtent(extent, runOf(extent));
                    } else {
                        done++; // nobody wants it any more
                    }
                }
                bytesRead.addAndGet(bytes);
                event.end();
                if (event.shouldCommit()) {
                    event.log = logId;
                    event.count = done;
                    event.bytes = bytes;
                    event.commit();
                }
                boolean mustRetry = isGone && done == 0;
                shard.execute(() -> finish(mustRetry));
            } catch (RuntimeException e) {
                shard.execute(() -> onFailure.accept(e));
            }
        }

        private boolean hasMore(int end) {
            return done < end && (done == 0 || bytes < bytesMax);
        }

        private boolean readEntry(long entry) {
            ByteBuffer encoded = log.read(entry);
            if (encoded == null) {
                return false;
            }
            JournalChunk chunk = chunks[done];
            while (hasMore(wanted) && chunk != null && chunk.entry(offset(done)) == entry) {
                take(encoded.slice(encoded.position() + chunk.position(offset(done)), chunk.length(offset(done))));
                chunk = done < wanted ? chunks[done] : null;
            }
            return true;
        }

        /** The end of the places from the present one on that ascend in one extent. */
        private int runOf(Extent extent) {
            int end = done + 1;
            while (end < wanted && extent.equals(extents[end]) && offset(end) > offset(end - 1)) {
                end++;
            }
            return end;
        }

        private boolean readExtent(Extent extent, int end) {
            boolean isThere = checkpoints.read(extent, offset(done), (offset, encoded) -> {
                while (done < end && offset(done) < offset) {
                    done++; // not kept: nobody wants it any more
                }
                if (done < end && offset(done) == offset) {
                    take(encoded);
                }
                return hasMore(end);
            });
            if (isThere && hasMore(end)) {
                done = end;
            }
            return isThere;
        }

        private void take(ByteBuffer encoded) {
            bytes += encoded.remaining();
            keep(done, encoded);
            done++;
        }

        private void finish(boolean mustRetry) {
            try {
                if (!mustRetry) {
                    answer(done);
                } else if (++tries < TRIES_MAX) {
                    start();
                } else {
                    throw new IllegalStateException("Expected to find offset " + offset(done) + " of log " + logId
                            + ", but it was not where the index says, " + tries + " times");
                }
            } catch (RuntimeException e) {
                onFailure.accept(e);
            }
        }
    }

    @Override
    public void read(AddressState address, long[] offsets, int from, int bytesMax, Reply reply) {
        new Messages(address.id(), offsets, from, bytesMax, reply).start();
    }

    private final class Messages extends Request {
        private final @Nullable Message[] messages;
        private final Reply reply;

        Messages(long logId, long[] offsets, int from, int bytesMax, Reply reply) {
            super(logId, offsets, from, bytesMax);
            this.messages = new Message[wanted];
            this.reply = reply;
        }

        @Override
        void keep(int place, ByteBuffer encoded) {
            messages[place] = MessageCodec.read(encoded);
        }

        @Override
        void answer(int count) {
            reply.messages(messages, count);
        }
    }

    /**
     * Reads one chunk of a large message's body.
     *
     * @param reply told on the shard's thread; null when there is no such chunk any more
     */
    public void readChunk(long bodyId, int chunk, Consumer<byte @Nullable []> reply) {
        new Chunk(bodyId, chunk, reply).start();
    }

    private final class Chunk extends Request {
        private final Consumer<byte @Nullable []> reply;
        private byte @Nullable [] bytes;

        Chunk(long bodyId, int chunk, Consumer<byte @Nullable []> reply) {
            super(BodyIndex.stagedLog(bodyId), new long[] {chunk}, 0, Integer.MAX_VALUE);
            this.reply = reply;
        }

        @Override
        void keep(int place, ByteBuffer encoded) {
            byte[] copy = new byte[encoded.remaining()];
            encoded.get(copy);
            bytes = copy;
        }

        @Override
        void answer(int count) {
            reply.accept(bytes);
        }
    }
}
