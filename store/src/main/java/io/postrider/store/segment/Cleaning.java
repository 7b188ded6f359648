// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.segment.SegmentInfo.Kind;
import io.postrider.store.segment.SegmentSurvey.Load;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Copies what is wanted out of sparse segments, so that one old message does not pin a whole file. Owned by the thread that writes
 * the checkpoint.
 *
 * <p>A segment is copied when less than half of it is live. Each copied byte thus frees more than one byte of garbage, and over any time
 * no more is copied than was written in the first place.
 */
final class Cleaning {
    private static final Comparator<Load> MOST_GARBAGE_FIRST =
            Comparator.comparingLong(Load::garbageBytes).reversed().thenComparingInt(load -> load.info.number());

    private final OpenSegments open;
    private final ReadBuffers buffers;
    private final SegmentSurvey survey;

    Cleaning(OpenSegments open, ReadBuffers buffers, SegmentSurvey survey) {
        this.open = open;
        this.buffers = buffers;
        this.survey = survey;
    }

    /**
     * Chooses the segments to copy.
     *
     * @param newBytesByLog a log that can go on in its unsealed segment keeps that until it has much garbage
     */
    static List<Load> choose(SegmentSurvey survey, Map<Long, Long> newBytesByLog, SegmentSettings settings) {
        List<Load> sparse = new ArrayList<>();
        for (Load load : survey.wantedSegments()) {
            boolean goesOn = load.info.kind() == Kind.OWN
                    && !load.info.isSealed()
                    && newBytesByLog.getOrDefault(load.info.logId(), 0L) >= settings.ownAppendBytesMin();
            long garbageBytesMin = goesOn ? settings.segmentBytesMax() / 4 : 0;
            if (load.isSparse() && load.garbageBytes() >= garbageBytesMin) {
                sparse.add(load);
            }
        }
        sparse.sort(MOST_GARBAGE_FIRST);
        List<Load> chosen = new ArrayList<>();
        long bytes = 0;
        for (Load load : sparse) {
            boolean isFirst = chosen.isEmpty() && settings.cleaningBytesMax() > 0;
            if (isFirst || bytes + load.readBytes <= settings.cleaningBytesMax()) {
                chosen.add(load);
                bytes += load.readBytes;
            }
        }
        return chosen;
    }

    /** Copies one segment. Returns the encoded bytes copied. */
    long copy(Load load, BodyRouter router) throws IOException {
        SegmentCleaningEvent event = new SegmentCleaningEvent();
        event.begin();
        OpenSegment segment = open.acquire(load.info.number());
        if (segment == null) {
            throw new IllegalStateException("Expected segment " + load.info.number() + " to exist");
        }
        ByteBuffer buffer = buffers.take();
        long copied = 0;
        try {
            for (Extent extent : load.extents) {
                copied += copy(segment, extent, buffer, router);
            }
        } finally {
            buffers.give(buffer);
            open.release(segment);
        }
        event.commit(load, copied);
        return copied;
    }

    /** Copies one extent, but does not read what lies between two index entries if nothing of it is wanted. */
    private long copy(OpenSegment segment, Extent extent, ByteBuffer buffer, BodyRouter router) throws IOException {
        WantedOffsets wanted = survey.wanted(extent);
        SegmentIndex index = open.index(segment, extent);
        ExtentReader reader = new ExtentReader(segment.file, extent, buffer);
        int origin = router.newOrigin();
        long copied = 0;
        int behind = index.behind(extent);
        for (int entry = index.first(extent); entry < behind; entry++) {
            boolean isLast = entry + 1 == behind;
            long first = index.offset(entry);
            long last = isLast ? extent.lastOffset() : index.offset(entry + 1) - 1;
            if (wanted.count(first, last) == 0) {
                continue;
            }
            reader.seek(index, entry);
            long end = isLast ? extent.end() : index.position(entry + 1);
            while (reader.position() < end && reader.next()) {
                if (wanted.contains(reader.offset())) {
                    ByteBuffer body = reader.body();
                    copied += body.remaining();
                    router.append(extent.logId(), reader.offset(), origin, body);
                }
            }
        }
        return copied;
    }

    /** The segments that are not among those chosen. */
    static List<Load> others(List<Load> all, List<Load> chosen) {
        List<Load> others = new ArrayList<>(all);
        others.removeAll(chosen);
        return others;
    }
}
