// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What of each segment is still wanted. Owned by the thread that writes the checkpoint. */
final class SegmentSurvey {
    private final int indexEveryBytes;
    private final List<Extent> wantedExtents = new ArrayList<>();
    private final TreeMap<Integer, Load> loads = new TreeMap<>();
    private final Map<Long, WantedOffsets> wantedByLog = new HashMap<>();

    /** One segment. */
    static final class Load {
        final SegmentInfo info;
        final List<Extent> extents = new ArrayList<>();

        /** Estimated bytes of wanted records, taking those of an extent as equally long. */
        long liveBytes;

        /** About what copying reads: everything in an extent, or if few are wanted an index step for each. */
        long readBytes;

        Load(SegmentInfo info) {
            this.info = info;
        }

        long garbageBytes() {
            return info.bytes() - SegmentFormat.HEADER_BYTES - liveBytes;
        }

        boolean isSparse() {
            return garbageBytes() > liveBytes;
        }
    }

    SegmentSurvey(SegmentTable table, LongFunction<@Nullable WantedOffsets> wanted, int indexEveryBytes) {
        this.indexEveryBytes = indexEveryBytes;
        table.segments().forEach(info -> loads.put(info.number(), new Load(info)));
        WantedOffsets offsets = null;
        long logId = 0;
        boolean isFirst = true;
        for (Extent extent : table.extents()) {
            if (isFirst || extent.logId() != logId) {
                logId = extent.logId();
                offsets = wanted.apply(logId);
                isFirst = false;
                if (offsets != null) {
                    wantedByLog.put(logId, offsets);
                }
            }
            if (offsets != null) {
                add(extent, offsets);
            }
        }
    }

    private void add(Extent extent, WantedOffsets offsets) {
        long count = Math.min(extent.count(), offsets.count(extent.firstOffset(), extent.lastOffset()));
        Load load = loads.get(extent.segment());
        if (count == 0 || load == null) {
            return;
        }
        long live = liveBytes(extent, count);
        load.extents.add(extent);
        load.liveBytes += live;
        load.readBytes += Math.min(extent.recordBytes(), count * (indexEveryBytes + live / count));
        wantedExtents.add(extent);
    }

    private static long liveBytes(Extent extent, long count) {
        return count == extent.count()
                ? extent.recordBytes()
                : (long) ((double) extent.recordBytes() * count / extent.count());
    }

    /** Estimated bytes of the wanted records of an extent. */
    long liveBytes(Extent extent) {
        long count = wanted(extent).count(extent.firstOffset(), extent.lastOffset());
        return liveBytes(extent, Math.min(extent.count(), count));
    }

    /** Extents in which something is wanted, ascending by log and offset. */
    List<Extent> wantedExtents() {
        return wantedExtents;
    }

    /** Segments in which something is wanted, ascending by number. */
    List<Load> wantedSegments() {
        return loads.values().stream().filter(load -> !load.extents.isEmpty()).toList();
    }

    WantedOffsets wanted(Extent extent) {
        WantedOffsets offsets = wantedByLog.get(extent.logId());
        if (offsets == null) {
            throw new IllegalStateException("Expected wanted offsets for " + extent);
        }
        return offsets;
    }
}
