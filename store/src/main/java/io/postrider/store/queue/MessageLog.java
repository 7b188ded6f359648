// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The durable messages of one address, by dense offset. A message goes when the last subscription is done with it. Owned by
 * the shard's thread.
 */
public final class MessageLog {
    private final OffsetRing<StoredMessage> messages = new OffsetRing<>();
    private final ByteCount shardBytes;
    private long end;

    MessageLog(ByteCount shardBytes) {
        this.shardBytes = shardBytes;
    }

    /** Offset after the newest message. */
    public long end() {
        return end;
    }

    /** No offset below this is wanted. */
    public long first() {
        return messages.count() == 0 ? end : messages.first();
    }

    /** Messages that some subscription wants. */
    public int messageCount() {
        return messages.count();
    }

    public @Nullable StoredMessage get(long offset) {
        return messages.get(offset);
    }

    /** Takes the next offset for a message that nobody may want. */
    long reserve() {
        return end++;
    }

    /** Keeps a message that some subscription wants, at an offset that was reserved or restored. */
    StoredMessage keep(long offset, Message message) {
        StoredMessage stored = new StoredMessage(message);
        messages.put(offset, stored);
        shardBytes.add(message.sizeBytes());
        return stored;
    }

    /** One subscription is done with an offset. */
    void release(long offset) {
        StoredMessage stored = messages.get(offset);
        if (stored != null && stored.release()) {
            messages.remove(offset);
            shardBytes.add(-stored.message().sizeBytes());
        }
    }

    /** Says where a restored log ends. */
    void restoreEnd(long newEnd) {
        end = newEnd;
    }
}
