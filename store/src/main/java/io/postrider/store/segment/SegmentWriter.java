// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Adds records to one segment, new or committed before, and an index block for them. Never touches a committed byte. Owned by the thread
 * that writes the checkpoint.
 */
final class SegmentWriter implements AutoCloseable {
    private final StoreFile file;
    private final StoreFile indexFile;
    private final SegmentInfo before;
    private final SegmentSettings settings;
    private final SegmentFormat format = new SegmentFormat();
    private final ByteBuffer buffer;
    private final ExtentBuilder extents;
    private final IndexBlock index;

    /** Where the buffer's first byte goes in the file. */
    private long flushedUpTo;

    private boolean isSealed;

    private SegmentWriter(
            StoreFile file, StoreFile indexFile, SegmentInfo before, SegmentSettings settings, int bufferBytes) {
        this.file = file;
        this.indexFile = indexFile;
        this.before = before;
        this.settings = settings;
        this.buffer = ByteBuffer.allocate(bufferBytes);
        this.flushedUpTo = before.bytes();
        this.extents = new ExtentBuilder(before.number());
        this.index = new IndexBlock(before.number());
    }

    /** A new segment. Its headers are written with the first records. */
    static SegmentWriter create(
            FileAccess files, Path directory, int shard, SegmentInfo info, SegmentSettings settings, int bufferBytes)
            throws IOException {
        SegmentInfo empty = new SegmentInfo(info.number(), info.kind(), false, info.logId(), 0, 0);
        SegmentWriter writer = open(files, directory, empty, settings, bufferBytes, FileAccess.Mode.CREATE);
        writer.format.putHeader(writer.buffer, shard, info.number(), info.kind(), info.logId());
        writer.index.putFileHeader(shard);
        return writer;
    }

    /** Goes on behind the committed end of a segment. */
    static SegmentWriter append(
            FileAccess files, Path directory, SegmentInfo info, SegmentSettings settings, int bufferBytes)
            throws IOException {
        return open(files, directory, info, settings, bufferBytes, FileAccess.Mode.WRITE);
    }

    private static SegmentWriter open(
            FileAccess files,
            Path directory,
            SegmentInfo info,
            SegmentSettings settings,
            int bufferBytes,
            FileAccess.Mode mode)
            throws IOException {
        StoreFile file = open(files, directory.resolve(SegmentNames.bodies(info.number())), mode, info.bytes());
        try {
            StoreFile indexFile =
                    open(files, directory.resolve(SegmentNames.index(info.number())), mode, info.indexBytes());
            return new SegmentWriter(file, indexFile, info, settings, bufferBytes);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static StoreFile open(FileAccess files, Path path, FileAccess.Mode mode, long bytesMin) throws IOException {
        if (mode == FileAccess.Mode.WRITE && !files.exists(path)) {
            throw new DamagedSegmentException(path, 0, "the file is missing");
        }
        StoreFile file = files.open(path, mode);
        long size = file.size();
        if (size < bytesMin) {
            file.close();
            throw new DamagedSegmentException(path, size, "expected at least " + bytesMin + " bytes");
        }
        try {
            if (size > bytesMin) {
                file.truncate(bytesMin); // the rest was never committed
            }
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private long position() {
        return flushedUpTo + buffer.position();
    }

    boolean hasRoomFor(int bodyBytes) {
        long end = position() + SegmentFormat.RECORD_HEADER_BYTES + bodyBytes;
        return end <= settings.segmentBytesMax() || position() <= SegmentFormat.HEADER_BYTES;
    }

    /**
     * Adds one body.
     *
     * @param origin tells bodies that may share an extent from those that may not, since others may lie between them elsewhere
     */
    void append(long logId, long offset, int origin, ByteBuffer body) throws IOException {
        int recordBytes = Math.addExact(SegmentFormat.RECORD_HEADER_BYTES, body.remaining());
        if (buffer.remaining() < recordBytes) {
            flush();
        }
        long start = position();
        boolean isFirst = extents.add(logId, offset, origin, body.remaining(), start);
        index.put(logId, offset, start, isFirst ? 0 : settings.indexEveryBytes());
        format.putRecordHeader(buffer, before.number(), logId, offset, body);
        if (buffer.remaining() >= body.remaining()) {
            buffer.put(body.duplicate());
        } else {
            flush();
            file.write(body.duplicate(), flushedUpTo);
            flushedUpTo += body.remaining();
        }
    }

    private void flush() throws IOException {
        int bytes = buffer.flip().remaining();
        file.write(buffer, flushedUpTo);
        flushedUpTo += bytes;
        buffer.clear();
    }

    /** Nothing is to be appended later. */
    void seal() {
        isSealed = true;
    }

    /** Makes everything durable, though not yet the names of new files. */
    void finish() throws IOException {
        flush();
        ByteBuffer block = index.seal();
        indexFile.write(block.duplicate(), before.indexBytes());
        file.force(true);
        indexFile.force(true);
    }

    SegmentInfo info() {
        return new SegmentInfo(
                before.number(),
                before.kind(),
                isSealed,
                before.logId(),
                position(),
                before.indexBytes() + index.bytes());
    }

    /** What was added. */
    List<Extent> extents() {
        return extents.build();
    }

    long bytesAdded() {
        return position() - before.bytes() + index.bytes();
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            indexFile.close();
        }
    }
}
