// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Reply;
import io.postrider.store.body.BodyReader;
import io.postrider.store.io.Damage;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardState;
import java.util.concurrent.atomic.AtomicLong;

/** The ends of large messages on one node: each chunk is a command of the shard's log. Any thread may call. */
final class LocalBodies implements BodyStore {
    private final ShardRunner runner;
    private final AtomicLong nextId;

    LocalBodies(ShardRunner runner, ShardState state) {
        this.runner = runner;
        this.nextId = new AtomicLong(state.bodies().nextId());
    }

    @Override
    public Upload begin(UploadListener listener) {
        return new Staging(listener);
    }

    private final class Staging implements Upload, Completion {
        private final UploadListener listener;
        // Owned by the caller's thread.
        private final long id = nextId.getAndIncrement();
        private int chunks;
        private long bytes;
        private boolean isEnded;
        // Owned by the shard's thread.
        private long storedBytes;
        private boolean isFailed;

        Staging(UploadListener listener) {
            this.listener = listener;
        }

        @Override
        public void add(byte[] chunk) {
            if (isEnded) {
                throw new IllegalStateException("Expected an upload that is open");
            }
            if (chunk.length == 0) {
                throw new IllegalArgumentException("Expected a chunk of at least one byte");
            }
            chunks++;
            bytes += chunk.length;
            runner.run(() -> propose(chunk));
        }

        private void propose(byte[] chunk) {
            if (isFailed) {
                return;
            }
            runner.propose(new Command.StageChunk(id, chunk), this, chunk.length);
        }

        @Override
        public void applied(long chunkBytes, Result result) {
            if (result.rejection() != null) {
                if (!isFailed) {
                    isFailed = true;
                    listener.failed(result.rejection());
                }
                return;
            }
            storedBytes += chunkBytes;
            listener.stored(storedBytes);
        }

        @Override
        public LargeBody end() {
            isEnded = true;
            return new LargeBody(id, chunks, bytes);
        }

        @Override
        public void abandon() {
            isEnded = true;
            runner.run(() -> {
                isFailed = true;
                runner.propose(new Command.DropBody(id), null, 0);
            });
        }
    }

    @Override
    public void read(LargeBody body, int chunk, Reply<byte[]> reply) {
        runner.run(() -> runner.reader().readChunk(body.id(), chunk, new BodyReader.ChunkReply() {
            @Override
            public void chunk(byte[] bytes) {
                reply.ok(bytes);
            }

            @Override
            public void gone() {
                reply.rejected(new Rejection(
                        ErrorCode.RESOURCE_DELETED,
                        "Chunk " + chunk + " of the message's body " + body.id() + " is gone: the message is done"));
            }

            @Override
            public void damaged(Damage damage) {
                reply.rejected(new Rejection(
                        ErrorCode.STORE_FAILED,
                        "Chunk " + chunk + " of the message's body " + body.id() + " cannot be read: " + damage));
            }
        }));
    }
}
