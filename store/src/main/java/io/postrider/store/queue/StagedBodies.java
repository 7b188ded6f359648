// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The bodies of large messages, which arrive chunk by chunk before the message itself has an offset (rules.md 11). A message that
 * is published takes its body over; a dead letter shares it. Only counts are here: the chunks are on disk. Owned by the
 * shard's thread.
 */
public final class StagedBodies {
    /** One body: how much of it has arrived and how many messages refer to it; 0 while it is on its way. */
    public static final class Body {
        private final long id;
        private int chunks;
        private long bytes;
        private int references;

        private Body(long id) {
            this.id = id;
        }

        public long id() {
            return id;
        }

        public int chunks() {
            return chunks;
        }

        public long bytes() {
            return bytes;
        }

        public int references() {
            return references;
        }
    }

    private final TreeMap<Long, Body> bodies = new TreeMap<>();
    /** Numbers that were ever used; they come nearly in order, so this is one long run. */
    private final Roaring64Bitmap used = new Roaring64Bitmap();

    /** Number above every one used so far. */
    public long nextId() {
        return used.isEmpty() ? 0 : used.last() + 1;
    }

    /** Numbers that were ever used, for encoding. */
    public Roaring64Bitmap used() {
        return used;
    }

    public Collection<Body> all() {
        return Collections.unmodifiableCollection(bodies.values());
    }

    public @Nullable Body get(long id) {
        return bodies.get(id);
    }

    /** Ids of bodies that no message has taken over. */
    public List<Long> open() {
        List<Long> open = new ArrayList<>();
        for (Body body : bodies.values()) {
            if (body.references == 0) {
                open.add(body.id);
            }
        }
        return open;
    }

    /**
     * Adds a chunk; an id that was never used begins a body.
     *
     * @return number of the chunk, or -1 if the body is gone, complete or was never begun
     */
    public int add(long id, int chunkBytes) {
        Body body = bodies.get(id);
        if (body == null && !used.contains(id)) {
            body = new Body(id);
            bodies.put(id, body);
            used.addLong(id);
        }
        if (body == null || body.references > 0) {
            return -1;
        }
        body.bytes += chunkBytes;
        return body.chunks++;
    }

    /** Whether a body is there with all its chunks. */
    public boolean isWhole(long id, int chunks) {
        Body body = bodies.get(id);
        return body != null && body.chunks == chunks;
    }

    public void retain(long id) {
        Body body = bodies.get(id);
        if (body != null) {
            body.references++;
        }
    }

    /** One message less refers to it. Returns whether it is gone now. */
    public boolean release(long id) {
        Body body = bodies.get(id);
        if (body == null) {
            return false;
        }
        body.references--;
        if (body.references <= 0) {
            bodies.remove(id);
            return true;
        }
        return false;
    }

    /** Gives up a body nobody took over. Returns whether there was one. */
    public boolean drop(long id) {
        Body body = bodies.get(id);
        return body != null && body.references == 0 && bodies.remove(id) != null;
    }

    /** Puts back what a checkpoint holds. */
    public void restore(long id, int chunks, long bytes, int references) {
        Body body = new Body(id);
        body.chunks = chunks;
        body.bytes = bytes;
        body.references = references;
        bodies.put(id, body);
    }

    public void restoreUsed(Roaring64Bitmap ids) {
        used.or(ids);
    }
}
