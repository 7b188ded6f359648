// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The segments open for readers, a bounded number, least recently used first out. Any thread.
 *
 * <p>A segment that is forgotten while somebody reads it stays open until they are done: its file may have been deleted, but its
 * bytes are there and right.
 */
final class OpenSegments {
    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private final int openMax;

    private volatile Map<Integer, SegmentInfo> live;

    /** Guards the map, and users and isForgotten of every segment. No disk work under it. */
    private final Object lock = new Object();

    private final LinkedHashMap<Integer, OpenSegment> opened = new LinkedHashMap<>(16, 0.75f, true);
    private boolean isClosed;

    OpenSegments(FileAccess files, Path directory, int shard, int openMax, Map<Integer, SegmentInfo> live) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.openMax = openMax;
        this.live = live;
    }

    boolean isLive(int segment) {
        return live.containsKey(segment);
    }

    /** Segments as of a new checkpoint: those that are gone can no longer be acquired. */
    void live(Map<Integer, SegmentInfo> next) throws IOException {
        List<OpenSegment> unused = new ArrayList<>();
        synchronized (lock) {
            live = next;
            Iterator<OpenSegment> all = opened.values().iterator();
            while (all.hasNext()) {
                OpenSegment segment = all.next();
                if (!next.containsKey(segment.number)) {
                    all.remove();
                    forget(segment, unused);
                }
            }
        }
        closeAll(unused);
    }

    /** Opens a segment, or takes an open one. Null if there is no such segment any more. To be released. */
    @Nullable
    OpenSegment acquire(int segment) throws IOException {
        synchronized (lock) {
            OpenSegment found = opened.get(segment);
            if (found != null) {
                found.users++;
                return found;
            }
        }
        SegmentInfo info = live.get(segment);
        return info == null ? null : keep(open(info));
    }

    private @Nullable OpenSegment keep(OpenSegment fresh) throws IOException {
        List<OpenSegment> unused = new ArrayList<>();
        OpenSegment result;
        synchronized (lock) {
            OpenSegment other = opened.get(fresh.number);
            if (isClosed || !isLive(fresh.number)) {
                result = null;
                unused.add(fresh);
            } else if (other != null) {
                result = other; // another reader was faster
                unused.add(fresh);
            } else {
                result = fresh;
                opened.put(fresh.number, fresh);
            }
            if (result != null) {
                result.users++;
            }
            forgetEldest(unused);
        }
        closeAll(unused);
        return result;
    }

    void release(OpenSegment segment) throws IOException {
        boolean isUnused;
        synchronized (lock) {
            isUnused = --segment.users == 0 && segment.isForgotten;
        }
        if (isUnused) {
            segment.file.close();
        }
    }

    /**
     * Opens a segment anew for those who come now. A thread that is interrupted while it reads closes the file for everybody who
     * shares it.
     */
    void reopen(OpenSegment segment) throws IOException {
        List<OpenSegment> unused = new ArrayList<>();
        synchronized (lock) {
            if (opened.remove(segment.number, segment)) {
                forget(segment, unused);
            }
        }
        closeAll(unused);
    }

    /** The index of a segment, which is sure to have an entry at the start of the extent. */
    SegmentIndex index(OpenSegment segment, Extent extent) throws IOException {
        SegmentIndex index = index(segment);
        if (index.first(extent) < 0) {
            throw new DamagedSegmentException(
                    directory.resolve(SegmentNames.index(segment.number)),
                    0,
                    "there is no entry for position " + extent.position() + " with offset " + extent.firstOffset()
                            + " of log " + extent.logId());
        }
        return index;
    }

    /** The index of a segment, as far as the last checkpoint wrote it. */
    SegmentIndex index(OpenSegment segment) throws IOException {
        SegmentInfo info = live.get(segment.number);
        SegmentIndex known = segment.index;
        if (known != null && (info == null || known.indexBytes() >= info.indexBytes())) {
            return known;
        }
        SegmentIndex index = readIndex(info, segment.number);
        segment.index = index;
        return index;
    }

    /** The index as it is in its file now. */
    SegmentIndex readIndex(int segment) throws IOException {
        return readIndex(live.get(segment), segment);
    }

    private SegmentIndex readIndex(@Nullable SegmentInfo info, int segment) throws IOException {
        Path path = directory.resolve(SegmentNames.index(segment));
        if (info == null || !files.exists(path)) {
            throw new DamagedSegmentException(path, 0, "the index is missing");
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(info.indexBytes()));
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            file.read(bytes, 0);
        }
        if (bytes.hasRemaining()) {
            throw new DamagedSegmentException(path, bytes.position(), "the file ends before its length");
        }
        return SegmentIndex.decode(bytes.flip(), path, shard, segment);
    }

    private OpenSegment open(SegmentInfo info) throws IOException {
        Path path = directory.resolve(SegmentNames.bodies(info.number()));
        if (!files.exists(path)) {
            throw new DamagedSegmentException(path, 0, "the segment is missing");
        }
        StoreFile file = files.open(path, FileAccess.Mode.READ);
        try {
            ByteBuffer header = ByteBuffer.allocate(SegmentFormat.HEADER_BYTES);
            if (file.read(header, 0) < SegmentFormat.HEADER_BYTES) {
                throw new DamagedSegmentException(path, 0, "the file ends before its length");
            }
            String complaint = new SegmentFormat().complaint(header, shard, info);
            if (!complaint.isEmpty()) {
                throw new DamagedSegmentException(path, 0, complaint);
            }
            return new OpenSegment(info.number(), file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void forgetEldest(List<OpenSegment> unused) {
        Iterator<OpenSegment> eldest = opened.values().iterator();
        while (opened.size() > openMax) {
            OpenSegment segment = eldest.next();
            eldest.remove();
            forget(segment, unused);
        }
    }

    private static void forget(OpenSegment segment, List<OpenSegment> unused) {
        segment.isForgotten = true;
        if (segment.users == 0) {
            unused.add(segment);
        }
    }

    private static void closeAll(List<OpenSegment> segments) throws IOException {
        for (OpenSegment segment : segments) {
            segment.file.close();
        }
    }

    /** Readers under way may finish; nobody can begin. */
    void close() throws IOException {
        List<OpenSegment> unused = new ArrayList<>();
        synchronized (lock) {
            isClosed = true;
            live = Map.of();
            opened.values().forEach(segment -> forget(segment, unused));
            opened.clear();
        }
        closeAll(unused);
    }
}
