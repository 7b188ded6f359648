// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One round over everything that the segments held at one moment: indexes, and bodies in the order of the files. Damage is noted, and
 * reading goes on at the next index entry behind it; a segment that a checkpoint drops meanwhile is left out. Owned by one thread,
 * which must not be interrupted: that would close the file for consumers too.
 */
public final class SegmentScrub {
    private final OpenSegments open;
    private final ReadBuffers buffers;
    private final KnownDamages damages;
    private final AtomicLong bytesRead;
    private final int segments;
    private final Iterator<Extent> rest;
    private @Nullable Reading reading;
    private int indexChecked = -1;

    /** An extent that is being read. */
    private record Reading(Extent extent, OpenSegment segment, ExtentReader reader, java.nio.ByteBuffer buffer) {}

    SegmentScrub(
            OpenSegments open, ReadBuffers buffers, KnownDamages damages, AtomicLong bytesRead, SegmentTable table) {
        this.open = open;
        this.buffers = buffers;
        this.damages = damages;
        this.bytesRead = bytesRead;
        this.segments = table.segments().size();
        this.rest = table.extents().stream()
                .sorted(Comparator.comparingInt(Extent::segment).thenComparingLong(Extent::position))
                .iterator();
    }

    /** Segments that were there when the round began. */
    public int segments() {
        return segments;
    }

    /** Damaged places known. */
    public int damagedPlaces() {
        return damages.count();
    }

    /**
     * Reads on.
     *
     * @param bytesWanted about how much; a record is read whole
     * @return bytes read; fewer than wanted at the end of the round
     */
    public long read(long bytesWanted) throws IOException {
        long bytes = 0;
        while (bytes < bytesWanted) {
            Reading current = reading == null ? next() : reading;
            if (current == null) {
                break;
            }
            reading = current;
            bytes += readRecord(current);
        }
        bytesRead.addAndGet(bytes);
        return bytes;
    }

    /** Lets go of what is open. */
    public void end() throws IOException {
        Reading current = reading;
        reading = null;
        if (current != null) {
            buffers.give(current.buffer);
            open.release(current.segment);
        }
    }

    private @Nullable Reading next() throws IOException {
        while (rest.hasNext()) {
            Extent extent = rest.next();
            OpenSegment segment = acquire(extent);
            if (segment != null) {
                java.nio.ByteBuffer buffer = buffers.take();
                return new Reading(extent, segment, new ExtentReader(segment.file, extent, buffer), buffer);
            }
        }
        return null;
    }

    private @Nullable OpenSegment acquire(Extent extent) throws IOException {
        try {
            if (indexChecked != extent.segment() && open.isLive(extent.segment())) {
                indexChecked = extent.segment();
                open.readIndex(extent.segment());
            }
            return open.acquire(extent.segment());
        } catch (IOException e) {
            note(e, extent);
            return null;
        }
    }

    /** Returns how many bytes were read. */
    private long readRecord(Reading current) throws IOException {
        long before = current.reader.position();
        try {
            if (!current.reader.next()) {
                end();
                return 0;
            }
            return current.reader.position() - before;
        } catch (ClosedChannelException e) {
            open.reopen(current.segment); // a reader was interrupted; the next round sees the rest of this extent
            end();
            return 0;
        } catch (IOException e) {
            note(e, current.extent);
            return skip(current, before);
        }
    }

    /** Goes on at the first index entry behind a bad record. */
    private long skip(Reading current, long bad) throws IOException {
        SegmentIndex index = indexOrNull(current);
        int behind = index == null ? 0 : index.behind(current.extent);
        for (int entry = index == null ? 0 : Math.max(0, index.first(current.extent)); entry < behind; entry++) {
            if (index != null && index.position(entry) > bad) {
                current.reader.seek(index, entry);
                return index.position(entry) - bad;
            }
        }
        end();
        return current.extent.end() - bad;
    }

    private @Nullable SegmentIndex indexOrNull(Reading current) throws IOException {
        try {
            return open.index(current.segment);
        } catch (DamagedSegmentException e) {
            note(e, current.extent);
            return null;
        }
    }

    /** What fails because the files went meanwhile is no damage; what fails otherwise is for the caller. */
    private void note(IOException e, Extent extent) throws IOException {
        if (!open.isLive(extent.segment())) {
            return;
        }
        if (!(e instanceof DamagedSegmentException damaged)) {
            throw e;
        }
        damages.add(damaged);
    }
}
