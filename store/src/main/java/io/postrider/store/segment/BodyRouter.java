// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.FileAccess;
import io.postrider.store.segment.SegmentInfo.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings each body to a segment: of its log, if the log brings enough, else to the mixed one. Owned by the thread that writes the
 * checkpoint.
 */
final class BodyRouter implements AutoCloseable {
    /** Origin of the bodies that no segment held before. */
    static final int NEW = 0;

    private static final int BUFFER_BYTES_MAX = 256 * 1024;
    private static final int BUFFER_BYTES_MIN = 16 * 1024;
    private static final int BUFFERS_BYTES_MAX = 32 * 1024 * 1024;

    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private final SegmentSettings settings;
    private final Set<Long> ownLogs;
    private final int ownBufferBytes;
    private final MixedRun run;

    /** Unsealed segments that are appended to when their turn comes. */
    private final List<SegmentInfo> unsealed;

    private final Map<Long, SegmentWriter> own = new HashMap<>();
    private @Nullable SegmentWriter mixed;
    private final List<SegmentInfo> written = new ArrayList<>();
    private final List<Extent> extents = new ArrayList<>();
    private final Set<Integer> created = new HashSet<>();
    private int nextSegment;
    private int origins = NEW;
    private long bytesWritten;

    /**
     * A router for one checkpoint.
     *
     * @param unsealed segments that may be appended to
     */
    BodyRouter(
            FileAccess files,
            Path directory,
            int shard,
            SegmentSettings settings,
            Set<Long> ownLogs,
            List<SegmentInfo> unsealed,
            int nextSegment) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.settings = settings;
        this.ownLogs = ownLogs;
        this.unsealed = new ArrayList<>(unsealed);
        this.nextSegment = nextSegment;
        this.run = new MixedRun(settings.runBytesMax());
        this.ownBufferBytes =
                Math.max(BUFFER_BYTES_MIN, Math.min(BUFFER_BYTES_MAX, BUFFERS_BYTES_MAX / Math.max(1, ownLogs.size())));
    }

    /** Marks bodies that come from one extent and may form one again. */
    int newOrigin() {
        return ++origins;
    }

    /** Whether the bodies of a log go to a segment of its own, in the order they come. */
    boolean hasOwn(long logId) {
        return ownLogs.contains(logId);
    }

    /** What comes from now on is sorted for itself. */
    void endRun() throws IOException {
        run.drainTo(this::appendMixed);
    }

    void append(long logId, long offset, int origin, ByteBuffer body) throws IOException {
        if (ownLogs.contains(logId)) {
            SegmentWriter writer = own.get(logId);
            if (writer == null || !writer.hasRoomFor(body.remaining())) {
                writer = next(writer, Kind.OWN, logId, body.remaining());
                own.put(logId, writer);
            }
            writer.append(logId, offset, origin, body);
            return;
        }
        if (!run.hasRoomFor(body.remaining())) {
            endRun();
        }
        run.add(logId, offset, origin, body);
    }

    private void appendMixed(long logId, long offset, int origin, ByteBuffer body) throws IOException {
        SegmentWriter writer = mixed;
        if (writer == null || !writer.hasRoomFor(body.remaining())) {
            writer = next(writer, Kind.MIXED, 0, body.remaining());
            mixed = writer;
        }
        writer.append(logId, offset, origin, body);
    }

    private SegmentWriter next(@Nullable SegmentWriter full, Kind kind, long logId, int bodyBytes) throws IOException {
        if (full != null) {
            full.seal();
            finish(full);
        }
        int bufferBytes = kind == Kind.OWN ? ownBufferBytes : BUFFER_BYTES_MAX;
        SegmentInfo old = takeUnsealed(kind, logId);
        if (old != null && old.hasRoomFor(bodyBytes, settings)) {
            return SegmentWriter.append(files, directory, old, settings, bufferBytes);
        }
        if (old != null) {
            written.add(old.sealed());
        }
        SegmentInfo fresh = new SegmentInfo(nextSegment++, kind, false, logId, 0, 0);
        created.add(fresh.number());
        return SegmentWriter.create(files, directory, shard, fresh, settings, bufferBytes);
    }

    private @Nullable SegmentInfo takeUnsealed(Kind kind, long logId) {
        for (SegmentInfo info : unsealed) {
            if (info.kind() == kind && info.logId() == logId) {
                unsealed.remove(info);
                return info;
            }
        }
        return null;
    }

    /** Makes everything durable but the names of new files. */
    void finish() throws IOException {
        endRun();
        for (SegmentWriter writer : own.values()) {
            finish(writer);
        }
        own.clear();
        if (mixed != null) {
            finish(mixed);
            mixed = null;
        }
    }

    private void finish(SegmentWriter writer) throws IOException {
        writer.finish();
        writer.close();
        written.add(writer.info());
        extents.addAll(writer.extents());
        bytesWritten += writer.bytesAdded();
    }

    /** New segments and appended ones, as they are now. */
    List<SegmentInfo> written() {
        return written;
    }

    List<Extent> extents() {
        return extents;
    }

    /** Numbers of the new segments, for the case that they have to go again. */
    Set<Integer> created() {
        return created;
    }

    int nextSegment() {
        return nextSegment;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    /** Closes what a failure left open. */
    @Override
    public void close() throws IOException {
        for (SegmentWriter writer : own.values()) {
            writer.close();
        }
        if (mixed != null) {
            mixed.close();
        }
    }
}
