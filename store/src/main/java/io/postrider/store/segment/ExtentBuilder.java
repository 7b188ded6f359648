// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.util.ArrayList;
import java.util.List;

/** Gathers records of one segment into extents, in the order of the file. Owned by the segment's writer. */
final class ExtentBuilder {
    private final int segment;
    private final List<Extent> done = new ArrayList<>();
    private long logId;
    private int origin;
    private long firstOffset;
    private long lastOffset;
    private long count;
    private long bytes;
    private long position;
    private long end;

    ExtentBuilder(int segment) {
        this.segment = segment;
    }

    /**
     * Adds the record that lies behind all before it.
     *
     * @param recordOrigin only records of one origin share an extent
     * @return whether it begins an extent
     */
    boolean add(long recordLogId, long offset, int recordOrigin, int bodyBytes, long recordPosition) {
        boolean isFirst = count == 0 || logId != recordLogId || origin != recordOrigin || offset <= lastOffset;
        if (isFirst) {
            endExtent();
            logId = recordLogId;
            origin = recordOrigin;
            firstOffset = offset;
            position = recordPosition;
        }
        lastOffset = offset;
        count++;
        bytes += bodyBytes;
        end = recordPosition + SegmentFormat.RECORD_HEADER_BYTES + bodyBytes;
        return isFirst;
    }

    private void endExtent() {
        if (count > 0) {
            done.add(new Extent(logId, segment, firstOffset, lastOffset, count, bytes, position, end));
            count = 0;
            bytes = 0;
        }
    }

    /** All of them. Nothing is added afterwards. */
    List<Extent> build() {
        endExtent();
        return List.copyOf(done);
    }
}
