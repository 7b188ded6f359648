// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import io.postrider.api.message.Message;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.MessageCodec;
import io.postrider.store.dispatch.BodyReads;
import io.postrider.store.io.Damage;
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
 *
 * <p><b>Damage.</b> A message whose bytes in a segment are damaged is not answered: who wants it waits, everybody else is served. It is
 * tried again from time to time, since an operator may purge it.
 */
public final class BodyReader implements BodyReads {
    private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);
    private static final int COUNT_MAX = 1024;
    private static final int TRIES_MAX = 5;
    private static final long DAMAGED_RETRY_MS = 5_000;

    private final BodyIndex index;
    private final ShardLog log;
    private final Checkpoints checkpoints;
    private final Executor readers;
    private final Executor shard;
    private final Consumer<Throwable> onFailure;
    private final @Nullable Later later;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();

    /** Runs something on the shard's thread when a time has passed. */
    @FunctionalInterface
    public interface Later {
        void schedule(long delayMs, Runnable task);
    }

    /**
     * @param readers runs the reading
     * @param shard runs on the shard's thread
     * @param onFailure told on the shard's thread when the disk has failed
     * @param later for what is tried again; null to take damage for a failure
     */
    public BodyReader(
            BodyIndex index,
            ShardLog log,
            Checkpoints checkpoints,
            Executor readers,
            Executor shard,
            Consumer<Throwable> onFailure,
            @Nullable Later later) {
        this.index = index;
        this.log = log;
        this.checkpoints = checkpoints;
        this.readers = readers;
        this.shard = shard;
        this.onFailure = onFailure;
        this.later = later;
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
        private boolean wasDamaged;

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

        /** Whether anybody wants it still; only asked when it could not be read. Shard's thread. */
        abstract boolean isWanted(long offset);

        /** The first place cannot be read, and may never be. Shard's thread. */
        abstract void damaged(Damage damage, Later retry);

        private long offset(int place) {
            return offsets[from + place];
        }

        final void start() {
            LogBodies bodies = index.log(logId);
            for (int i = done; i < wanted; i++) {
                boolean isThere = bodies != null && (!wasDamaged || isWanted(offset(i)));
                JournalChunk chunk = bodies == null || !isThere ? null : bodies.chunk(offset(i));
                chunks[i] = chunk == null ? null : chunk.frozen();
                extents[i] = bodies == null || !isThere || chunk != null ? null : bodies.extent(offset(i));
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
                shard.execute(() -> failed(e));
            }
        }

        private void failed(RuntimeException e) {
            Damage damage = e instanceof CheckpointException checkpoint ? checkpoint.damage() : null;
            Later retry = later;
            if (damage == null || retry == null) {
                onFailure.accept(e);
            } else if (done > 0) {
                finish(false); // what comes before it is whole
            } else {
                wasDamaged = true;
                damaged(damage, retry);
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
        new Messages(address, offsets, from, bytesMax, reply).start();
    }

    private final class Messages extends Request {
        private final AddressState address;
        private final @Nullable Message[] messages;
        private final Reply reply;

        Messages(AddressState address, long[] offsets, int from, int bytesMax, Reply reply) {
            super(address.id(), offsets, from, bytesMax);
            this.address = address;
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

        @Override
        boolean isWanted(long offset) {
            return address.isWanted(offset);
        }

        @Override
        void damaged(Damage damage, Later retry) {
            reply.unreadable();
            retry.schedule(DAMAGED_RETRY_MS, this::start);
        }
    }

    /**
     * Reads one chunk of a large message's body.
     *
     * @param reply told on the shard's thread
     */
    public void readChunk(long bodyId, int chunk, ChunkReply reply) {
        new Chunk(bodyId, chunk, reply).start();
    }

    /** Receives a chunk of a large message's body. */
    public interface ChunkReply {
        void chunk(byte[] bytes);

        /** There is no such chunk any more. */
        void gone();

        /** It is there, and cannot be read. */
        void damaged(Damage damage);
    }

    private final class Chunk extends Request {
        private final ChunkReply reply;
        private byte @Nullable [] bytes;

        Chunk(long bodyId, int chunk, ChunkReply reply) {
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
            byte[] found = bytes;
            if (found == null) {
                reply.gone();
            } else {
                reply.chunk(found);
            }
        }

        @Override
        boolean isWanted(long offset) {
            return true;
        }

        @Override
        void damaged(Damage damage, Later retry) {
            reply.damaged(damage);
        }
    }
}
