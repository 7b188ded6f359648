// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * One reading of an extent for a visitor. Owned by the thread that reads.
 *
 * <p>Readers share open files, and a thread that is interrupted while it reads closes its file for all of them. The others
 * open it again and go on behind the last body they have seen.
 */
final class ExtentVisit {
    private static final int ATTEMPTS_MAX = 5;

    private final OpenSegments open;
    private final ReadBuffers buffers;
    private final SegmentSettings settings;
    private final Extent extent;
    private final BodyVisitor visitor;
    private long nextOffset;

    ExtentVisit(OpenSegments open, ReadBuffers buffers, SegmentSettings settings, Extent extent, BodyVisitor visitor) {
        this.open = open;
        this.buffers = buffers;
        this.settings = settings;
        this.extent = extent;
        this.visitor = visitor;
    }

    /** Returns false if the segment is gone. */
    boolean run(long fromOffset) throws IOException {
        nextOffset = fromOffset;
        try {
            int attempts = 1;
            while (true) {
                try {
                    return attempt();
                } catch (ClosedChannelException e) {
                    if (Thread.currentThread().isInterrupted() || attempts++ == ATTEMPTS_MAX) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            if (!open.isLive(extent.segment())) {
                return false; // its files went while they were opened
            }
            throw e;
        }
    }

    private boolean attempt() throws IOException {
        OpenSegment segment = open.acquire(extent.segment());
        if (segment == null) {
            return false;
        }
        ByteBuffer buffer = buffers.take();
        try {
            read(segment, buffer);
            return true;
        } catch (ClosedChannelException e) {
            open.reopen(segment);
            throw e;
        } finally {
            buffers.give(buffer);
            open.release(segment);
        }
    }

    private void read(OpenSegment segment, ByteBuffer buffer) throws IOException {
        ExtentReader reader = new ExtentReader(segment.file, extent, buffer);
        if (nextOffset > extent.firstOffset() && extent.recordBytes() > settings.indexEveryBytes()) {
            SegmentIndex index = open.index(segment, extent);
            reader.seek(index, index.floor(extent, index.first(extent), nextOffset));
        }
        while (reader.next()) {
            long offset = reader.offset();
            if (offset >= nextOffset) {
                nextOffset = offset + 1;
                if (!visitor.body(offset, reader.body())) {
                    return;
                }
            }
        }
    }
}
