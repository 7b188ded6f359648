// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The messages of one subscription that consumers have put aside, with their tokens: about a hundred bytes each, and bounded by policy. Several may
 * share a token. Owned by the shard's thread.
 */
public final class Deferrals {
    private final TreeMap<Long, String> tokens = new TreeMap<>();

    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    public int count() {
        return tokens.size();
    }

    /** The token under which a message is aside; null if it is not. */
    public @Nullable String token(long offset) {
        return tokens.isEmpty() ? null : tokens.get(offset);
    }

    public boolean contains(long offset) {
        return !tokens.isEmpty() && tokens.containsKey(offset);
    }

    /** Tokens by offset; for reading. */
    public SortedMap<Long, String> tokens() {
        return Collections.unmodifiableSortedMap(tokens);
    }

    void add(long offset, String token) {
        tokens.put(offset, token);
    }

    void remove(long offset) {
        if (!tokens.isEmpty()) {
            tokens.remove(offset);
        }
    }

    /** Takes all out; returns which those were. */
    Roaring64Bitmap removeAll() {
        Roaring64Bitmap all = new Roaring64Bitmap();
        tokens.keySet().forEach(all::addLong);
        tokens.clear();
        return all;
    }

    /** Keeps only the offsets of a set. */
    void retain(Roaring64Bitmap offsets) {
        tokens.keySet().removeIf(offset -> !offsets.contains(offset));
    }

    /** Puts back what a checkpoint holds. */
    public void restore(long offset, String token) {
        tokens.put(offset, token);
    }
}
