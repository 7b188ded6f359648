// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.StoreFile;
import org.jspecify.annotations.Nullable;

/** One segment that readers have open, with its index once it was needed. Its users are guarded by {@link OpenSegments}. */
final class OpenSegment {
    final int number;
    final StoreFile file;

    /** Replaced by a longer one when the segment has grown; reading it twice at once does no harm. */
    volatile @Nullable SegmentIndex index;

    int users;
    boolean isForgotten;

    OpenSegment(int number, StoreFile file) {
        this.number = number;
        this.file = file;
    }
}
