// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import java.util.Map;
import java.util.TreeMap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What a subscription reads of the past: which messages came back to it though it was done with them, and up to where messages came before it
 * could look whether they are for it. A range that came back costs some bytes. Owned by the shard's thread; part of the replicated state.
 */
public final class Replay {
    /** What a message that comes again carries. */
    static final Annotations MARK = new Annotations(new TreeMap<>(Map.of(AnnotationKeys.REPLAYED, true)));

    private final Roaring64Bitmap replayed = new Roaring64Bitmap();
    private boolean isEmpty = true;
    private long unsiftedBelow;

    Replay() {}

    /** Whether a message came back. */
    public boolean contains(long offset) {
        return !isEmpty && replayed.contains(offset);
    }

    /** Whether the subscription's selector has still to be asked about the message at an offset, should it be wanted. */
    public boolean isUnsifted(long offset) {
        return offset < unsiftedBelow;
    }

    /** Below this, some of what counts as wanted may turn out not to be for the subscription. */
    public long unsiftedBelow() {
        return unsiftedBelow;
    }

    void siftBelow(long offset) {
        unsiftedBelow = Math.max(unsiftedBelow, offset);
    }

    /** Notes those of a set that the subscription is done with. */
    void add(Roaring64Bitmap back, SubscriptionState subscription) {
        Roaring64Bitmap open = new Roaring64Bitmap();
        if (back.last() >= subscription.cursor()) {
            open.addRange(Math.max(subscription.cursor(), back.first()), back.last() + 1);
            open.andNot(subscription.done());
        }
        Roaring64Bitmap gone = back.clone();
        gone.andNot(open);
        replayed.or(gone);
        isEmpty = replayed.isEmpty();
        if (subscription.selector() != null) {
            siftBelow(back.last() + 1);
        }
    }

    void finished(long offset) {
        if (!isEmpty) {
            replayed.removeLong(offset);
            isEmpty = replayed.isEmpty();
        }
    }

    /** Keeps only the offsets of a set. */
    void retain(Roaring64Bitmap offsets) {
        replayed.and(offsets);
        isEmpty = replayed.isEmpty();
    }

    /** The offsets of what came back and is wanted, for encoding. */
    public Roaring64Bitmap offsets() {
        return replayed;
    }

    /** Puts back what a checkpoint holds. */
    public void restore(long newUnsiftedBelow, Roaring64Bitmap newReplayed) {
        unsiftedBelow = newUnsiftedBelow;
        replayed.or(newReplayed);
        isEmpty = replayed.isEmpty();
    }
}
