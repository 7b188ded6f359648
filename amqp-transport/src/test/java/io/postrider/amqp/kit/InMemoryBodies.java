// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Bodies of large messages in memory, for tests of the transport. Chunks can be kept from being stored for a while. Any thread. */
public final class InMemoryBodies implements BodyStore {
    private final Executor executor;
    private final Map<Long, List<byte[]>> bodies = new HashMap<>();
    private final List<Runnable> heldBack = new ArrayList<>();
    private long nextId;
    private long addedBytes;
    private int abandoned;
    private boolean isHeld;
    private Rejection refusal;

    InMemoryBodies(Executor executor) {
        this.executor = executor;
    }

    /** How many bodies there are, whole or not. */
    public synchronized int count() {
        return bodies.size();
    }

    public synchronized int abandoned() {
        return abandoned;
    }

    /** Bytes of all chunks ever added, stored or not. */
    public synchronized long addedBytes() {
        return addedBytes;
    }

    /** The disk stands still: nothing is stored until it goes on. */
    public void hold(boolean held) {
        List<Runnable> due;
        synchronized (this) {
            isHeld = held;
            due = held ? List.of() : List.copyOf(heldBack);
            heldBack.removeAll(due);
        }
        due.forEach(executor::execute);
    }

    /** From now on no chunk is taken; null to take them again. */
    public synchronized void refuse(Rejection rejection) {
        refusal = rejection;
    }

    /** The bodies of all messages are gone. */
    public synchronized void clear() {
        bodies.clear();
    }

    @Override
    public synchronized Upload begin(UploadListener listener) {
        long id = nextId++;
        bodies.put(id, new ArrayList<>());
        return new Staging(id, listener);
    }

    @Override
    public void read(LargeBody body, int chunk, Reply<byte[]> reply) {
        executor.execute(() -> {
            byte[] bytes;
            synchronized (this) {
                List<byte[]> chunks = bodies.get(body.id());
                bytes = chunks == null ? null : chunks.get(chunk);
            }
            if (bytes == null) {
                reply.rejected(new Rejection(ErrorCode.RESOURCE_DELETED, "The body is gone"));
            } else {
                reply.ok(bytes);
            }
        });
    }

    private final class Staging implements Upload {
        private final long id;
        private final UploadListener listener;
        private int chunks;
        private long bytes;
        private long stored;

        Staging(long id, UploadListener listener) {
            this.id = id;
            this.listener = listener;
        }

        @Override
        public void add(byte[] chunk) {
            chunks++;
            bytes += chunk.length;
            Rejection refused;
            synchronized (InMemoryBodies.this) {
                refused = refusal;
                addedBytes += chunk.length;
                List<byte[]> body = bodies.get(id);
                if (refused == null && body != null) {
                    body.add(chunk);
                }
                if (refused == null && isHeld) {
                    heldBack.add(() -> store(chunk.length));
                    return;
                }
            }
            executor.execute(refused == null ? () -> store(chunk.length) : () -> listener.failed(refused));
        }

        private void store(int length) {
            stored += length;
            listener.stored(stored);
        }

        @Override
        public LargeBody end() {
            return new LargeBody(id, chunks, bytes);
        }

        @Override
        public void abandon() {
            synchronized (InMemoryBodies.this) {
                abandoned++;
                bodies.remove(id);
            }
        }
    }
}
