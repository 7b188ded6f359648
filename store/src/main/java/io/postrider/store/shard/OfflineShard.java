// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.ShardLog;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.body.BodyReader;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.io.Damage;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A shard that serves nobody: what a tool sees of a stopped store. It is recovered as a start recovers it; messages stay on disk until they are
 * asked for. Owned by one thread.
 */
public final class OfflineShard {
    private static final int READ_BYTES = 4 << 20;

    private final ShardState state = new ShardState();
    private final ShardDisk disk;
    private final BodyReader reader;
    private final long index;
    private @Nullable Throwable failure;

    /**
     * @param log not replayed yet
     * @param inspector for the selectors of subscriptions
     * @throws PoisonEntryException if the log holds an entry that cannot be applied
     */
    public OfflineShard(ShardLog log, Checkpoints checkpoints, MessageInspector inspector) {
        disk = new ShardDisk(log, checkpoints, new BodyIndex(), Runnable::run);
        index = Recovery.run(new ShardMachine(state, inspector), disk);
        reader = new BodyReader(disk.bodies(), log, checkpoints, Runnable::run, Runnable::run, e -> failure = e, null);
    }

    /** The durable state as of {@link #index}. */
    public ShardState state() {
        return state;
    }

    /** Index of the last entry of the log. */
    public long index() {
        return index;
    }

    /** Receives messages in the order they were asked for. */
    @FunctionalInterface
    public interface MessageVisitor {
        void message(long offset, Message message);
    }

    /**
     * Reads messages of one address; those that are gone are left out.
     *
     * @throws RuntimeException if a body is damaged or cannot be read; names file and position
     */
    public void read(AddressState address, long[] offsets, MessageVisitor visitor) {
        int[] from = {0};
        while (from[0] < offsets.length) {
            int start = from[0];
            reader.read(address, offsets, start, READ_BYTES, (messages, count) -> {
                for (int i = 0; i < count; i++) {
                    Message message = messages[i];
                    if (message != null) {
                        visitor.message(offsets[start + i], message);
                    }
                }
                from[0] = start + count;
            });
            check();
        }
    }

    /** Reads one chunk of a large message's body. */
    public byte[] readChunk(LargeBody body, int chunk) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        reader.readChunk(body.id(), chunk, new BodyReader.ChunkReply() {
            @Override
            public void chunk(byte[] bytes) {
                read.complete(bytes);
            }

            @Override
            public void gone() {
                read.completeExceptionally(
                        new IllegalStateException("Expected chunk " + chunk + " of " + body + ", but it is not there"));
            }

            @Override
            public void damaged(Damage damage) {
                read.completeExceptionally(new IllegalStateException(damage.toString()));
            }
        });
        check();
        return read.join();
    }

    private void check() {
        Throwable failed = failure;
        if (failed != null) {
            throw failed instanceof RuntimeException e ? e : new CompletionException(failed);
        }
    }

    /** Writes a checkpoint of everything; the log's entries are not needed any more then, and may be released. */
    public Checkpoints.Written checkpoint() {
        Checkpoints.Written written = disk.checkpoints().write(new CheckpointPlanner(state, disk).plan(index));
        disk.bodies().checkpointed(index, written.extents());
        return written;
    }
}
