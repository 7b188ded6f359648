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

/** Reads one body segment file from start to end and checks it on the way. Owned by the thread that loads the checkpoint. */
final class BodySegmentReader {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final Path path;
    private final int shard;
    private final BodySegment segment;
    private final BodySegmentFormat format = new BodySegmentFormat();
    private final CRC32C fileCrc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private long bufferEnd;

    BodySegmentReader(Path path, int shard, BodySegment segment) {
        this.path = path;
        this.shard = shard;
        this.segment = segment;
    }

    void read(FileAccess files, CheckpointStore.Visitor visitor) throws IOException {
        if (!files.exists(path)) {
            throw CheckpointException.damaged(path, 0, "the body segment is missing");
        }
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            long size = file.size();
            if (size != segment.bytes()) {
                throw CheckpointException.damaged(
                        path,
                        Math.min(size, segment.bytes()),
                        "expected a file of " + segment.bytes() + " bytes, but it has " + size);
            }
            require(file, BodySegmentFormat.HEADER_BYTES);
            String complaint = format.complaint(buffer, shard, segment.number());
            if (!complaint.isEmpty()) {
                throw CheckpointException.damaged(path, 0, complaint);
            }
            buffer.position(BodySegmentFormat.HEADER_BYTES);
            while (position() < segment.bytes()) {
                readRecord(file, visitor);
            }
            if ((int) fileCrc.getValue() != segment.crc()) {
                throw CheckpointException.damaged(path, 0, "the checksum of the file does not match the manifest");
            }
        }
    }

    private void readRecord(StoreFile file, CheckpointStore.Visitor visitor) throws IOException {
        require(file, BodySegmentFormat.RECORD_HEADER_BYTES);
        int length = BodySegmentFormat.length(buffer, buffer.position());
        long bytesLeft = segment.bytes() - position() - BodySegmentFormat.RECORD_HEADER_BYTES;
        if (length < 0 || length > bytesLeft) {
            throw CheckpointException.damaged(
                    path, position(), "a record of " + length + " bytes does not fit the file");
        }
        require(file, BodySegmentFormat.RECORD_HEADER_BYTES + length);
        int at = buffer.position();
        if (!format.isIntact(buffer, at)) {
            throw CheckpointException.damaged(path, position(), "the checksum of a record does not match");
        }
        ByteBuffer encoded =
                buffer.slice(at + BodySegmentFormat.RECORD_HEADER_BYTES, length).asReadOnlyBuffer();
        visitor.survivor(
                segment.number(),
                BodySegmentFormat.addressId(buffer, at),
                BodySegmentFormat.offset(buffer, at),
                encoded);
        buffer.position(at + BodySegmentFormat.RECORD_HEADER_BYTES + length);
    }

    private long position() {
        return bufferEnd - buffer.remaining();
    }

    /** Brings at least so many bytes into the buffer, from its position on. */
    private void require(StoreFile file, int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        if (bytes > segment.bytes() - position()) {
            throw CheckpointException.damaged(path, position(), "a record goes on behind the end of the file");
        }
        ByteBuffer target = buffer;
        if (buffer.capacity() < bytes) {
            target = ByteBuffer.allocateDirect(bytes).put(buffer);
        } else {
            buffer.compact();
        }
        int kept = target.position();
        file.read(target, bufferEnd);
        bufferEnd += target.position() - kept;
        target.flip();
        fileCrc.update(target.duplicate().position(kept));
        buffer = target;
    }
}
