// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.checkpoint.CheckpointManifest.BodySegment;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes one body segment file from start to end. Owned by the thread that writes the checkpoint. */
final class BodySegmentWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final StoreFile file;
    private final int segment;
    private final BodySegmentFormat format = new BodySegmentFormat();
    private final CRC32C fileCrc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long position;

    BodySegmentWriter(FileAccess files, Path path, int shard, int segment) throws IOException {
        this.file = files.open(path, FileAccess.Mode.CREATE);
        this.segment = segment;
        format.putHeader(buffer, shard, segment);
    }

    void write(Survivor survivor) throws IOException {
        int bytes = Math.addExact(BodySegmentFormat.RECORD_HEADER_BYTES, survivor.encodedLength());
        if (buffer.remaining() < bytes) {
            flush();
            if (buffer.capacity() < bytes) {
                buffer = ByteBuffer.allocateDirect(bytes);
            }
        }
        format.putRecord(buffer, survivor);
    }

    /** Makes the file durable, though not yet its name. */
    BodySegment finish() throws IOException {
        flush();
        file.force(true);
        return new BodySegment(segment, (int) fileCrc.getValue(), position);
    }

    private void flush() throws IOException {
        buffer.flip();
        fileCrc.update(buffer.duplicate());
        int bytes = buffer.remaining();
        file.write(buffer, position);
        position += bytes;
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
