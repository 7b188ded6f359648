// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.Message;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.CheckpointImage;
import io.postrider.store.checkpoint.CheckpointStore;
import io.postrider.store.checkpoint.Survivor;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.MessageCodec;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.MessageLog;
import io.postrider.store.queue.StoredMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes checkpoints: an image on the shard's thread, its writing on a thread of its own, one at a time. Messages that are in an
 * earlier body segment are not written again, so the work is in proportion to what is new, not to the backlog.
 */
final class Checkpointing implements AutoCloseable {
    private final ShardState state;
    private final ShardLog log;
    private final CheckpointStore store;
    private final BodySegments segments;
    private final long triggerBytes;
    private final Map<Integer, Long> writtenUpTo = new HashMap<>();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "postrider-checkpoint");
        thread.setDaemon(true);
        return thread;
    });
    private boolean isWriting;
    private final AtomicLong completed = new AtomicLong();

    /** A message as a checkpoint writes it; its bytes are made on the writing thread. */
    private record Body(int addressId, long offset, Message message) implements Survivor {
        private ByteBuffer encoded() {
            ByteWriter out = new ByteWriter(message.sizeBytes() + 64);
            MessageCodec.write(message, out);
            return out.written();
        }

        @Override
        public int encodedLength() {
            return encoded().remaining();
        }

        @Override
        public void encodeTo(ByteBuffer target) {
            target.put(encoded());
        }
    }

    Checkpointing(ShardState state, ShardLog log, CheckpointStore store, BodySegments segments, long triggerBytes) {
        this.state = state;
        this.log = log;
        this.store = store;
        this.segments = segments;
        this.triggerBytes = triggerBytes;
    }

    /** Checkpoints completed since start. Any thread. */
    long completed() {
        return completed.get();
    }

    /**
     * Starts a checkpoint when enough of the log would have to be replayed.
     *
     * @param appliedIndex what the state contains
     * @param onFailure told on the writing thread
     * @param onDone told on the writing thread
     */
    void takeIfDue(long appliedIndex, Consumer<Throwable> onFailure, Runnable onDone) {
        if (isWriting || log.replayBytes() < triggerBytes) {
            return;
        }
        isWriting = true;
        CheckpointImage image = image(appliedIndex);
        writer.execute(() -> {
            try {
                store.write(image);
                log.release(image.index());
                completed.incrementAndGet();
                onDone.run();
            } catch (RuntimeException e) {
                onFailure.accept(e);
            }
        });
    }

    boolean isWriting() {
        return isWriting;
    }

    /** The writing has ended: the next checkpoint may start. Shard's thread. */
    void done() {
        isWriting = false;
    }

    private CheckpointImage image(long appliedIndex) {
        Set<Integer> live = segments.live();
        int segment = segments.next();
        List<Survivor> survivors = new ArrayList<>();
        for (AddressState address : state.addresses()) {
            MessageLog messages = address.log();
            long from = Math.max(messages.first(), writtenUpTo.getOrDefault(address.id(), 0L));
            for (long offset = from; offset < messages.end(); offset++) {
                StoredMessage message = messages.get(offset);
                if (message != null && message.segment() == StoredMessage.NO_SEGMENT) {
                    survivors.add(new Body(address.id(), offset, message.message()));
                    segments.stored(message, segment);
                }
            }
            writtenUpTo.put(address.id(), messages.end());
        }
        ByteWriter encoded = new ByteWriter(64 * 1024);
        StateCodec.write(state, encoded);
        return new CheckpointImage(appliedIndex, encoded.written().asReadOnlyBuffer(), segment, survivors, live);
    }

    /** Waits for a checkpoint under way. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            writer.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
