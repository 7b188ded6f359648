// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.segment.SegmentSurvey.Load;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Copies wanted bodies to where a router brings them, each of them checked. Owned by the thread that writes the checkpoint. */
final class Cleaning {
    private static final Comparator<Extent> IN_FILE =
            Comparator.comparingInt(Extent::segment).thenComparingLong(Extent::position);

    private final OpenSegments open;
    private final ReadBuffers buffers;
    private final SegmentSurvey survey;
    private final BodyRouter router;
    private final int indexEveryBytes;
    private long bytesCopied;

    Cleaning(
            OpenSegments open, ReadBuffers buffers, SegmentSurvey survey, BodyRouter router, SegmentSettings settings) {
        this.open = open;
        this.buffers = buffers;
        this.survey = survey;
        this.router = router;
        this.indexEveryBytes = settings.indexEveryBytes();
    }

    /** Returns the encoded bytes copied. */
    long copy(CleaningChoice choice) throws IOException {
        for (Load load : choice.sparse()) {
            SegmentCleaningEvent event = new SegmentCleaningEvent();
            event.begin();
            long before = bytesCopied;
            copyAll(load.extents);
            event.commit(load, bytesCopied - before);
        }
        for (List<Extent> batch : choice.batches()) {
            router.endRun();
            copyAll(batch);
        }
        return bytesCopied;
    }

    /**
     * In the order of the files, since a run in memory sorts what goes to the mixed segment; but what goes to the segment of
     * its log is written as it comes.
     */
    private void copyAll(List<Extent> extents) throws IOException {
        List<Extent> ordered = new ArrayList<>();
        extents.stream()
                .filter(extent -> router.hasOwn(extent.logId()))
                .sorted(Extents.ORDER)
                .forEach(ordered::add);
        extents.stream()
                .filter(extent -> !router.hasOwn(extent.logId()))
                .sorted(IN_FILE)
                .forEach(ordered::add);
        ByteBuffer buffer = buffers.take();
        try {
            for (Extent extent : ordered) {
                copy(extent, buffer);
            }
        } finally {
            buffers.give(buffer);
        }
    }

    private void copy(Extent extent, ByteBuffer buffer) throws IOException {
        OpenSegment segment = open.acquire(extent.segment());
        if (segment == null) {
            throw new IllegalStateException("Expected segment " + extent.segment() + " to exist");
        }
        try {
            copy(segment, extent, buffer);
        } catch (ClosedChannelException e) {
            open.reopen(segment);
            throw e;
        } finally {
            open.release(segment);
        }
    }

    private void copy(OpenSegment segment, Extent extent, ByteBuffer buffer) throws IOException {
        ExtentReader reader = new ExtentReader(segment.file, extent, buffer);
        int origin = router.newOrigin();
        if (extent.recordBytes() <= indexEveryBytes) {
            copyUpTo(extent.end(), extent, reader, origin);
        } else {
            copySteps(open.index(segment, extent), extent, reader, origin);
        }
    }

    /** Does not read what lies between two index entries if nothing of it is wanted. */
    private void copySteps(SegmentIndex index, Extent extent, ExtentReader reader, int origin) throws IOException {
        WantedOffsets wanted = survey.wanted(extent);
        int behind = index.behind(extent);
        for (int entry = index.first(extent); entry < behind; entry++) {
            boolean isLast = entry + 1 == behind;
            long lastOffset = isLast ? extent.lastOffset() : index.offset(entry + 1) - 1;
            if (wanted.count(index.offset(entry), lastOffset) > 0) {
                reader.seek(index, entry);
                copyUpTo(isLast ? extent.end() : index.position(entry + 1), extent, reader, origin);
            }
        }
    }

    private void copyUpTo(long end, Extent extent, ExtentReader reader, int origin) throws IOException {
        WantedOffsets wanted = survey.wanted(extent);
        while (reader.position() < end && reader.next()) {
            if (wanted.contains(reader.offset())) {
                ByteBuffer body = reader.body();
                bytesCopied += body.remaining();
                router.append(extent.logId(), reader.offset(), origin, body);
            }
        }
    }
}
