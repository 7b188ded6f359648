// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.journal.SegmentListing.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Changes one entry of a journal that nobody has open, keeping its length. The changed segment is written to a file of its own and
 * renamed over the old one, so a crash leaves one or the other. Owned by one thread.
 */
public final class EntryEditor {
    private static final int COPY_BYTES = 1 << 20;

    private final FileAccess files;
    private final Path directory;
    private final JournalSettings settings;

    /** Where an entry is. */
    public record Place(Path file, int position, int bytes) {}

    public EntryEditor(FileAccess files, Path directory, JournalSettings settings) {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
    }

    /**
     * Finds an entry.
     *
     * @throws JournalException if there is no such entry, or the record is damaged
     */
    public Place find(long index) {
        try {
            SegmentListing listing = SegmentListing.read(files, directory, settings);
            for (Found found : listing.segments()) {
                Place place = find(found, index);
                if (place != null) {
                    return place;
                }
            }
        } catch (IOException e) {
            throw failed("read", e);
        }
        throw new JournalException("Expected entry " + index
                + " in the journal, but it is in none of its segments [directory=" + directory + "]");
    }

    private @org.jspecify.annotations.Nullable Place find(Found found, long index) throws IOException {
        try (StoreFile file = files.open(found.path(), FileAccess.Mode.READ)) {
            SegmentReader reader = new SegmentReader(file, found.header());
            int position = SegmentHeader.BYTES;
            while (reader.read(position)) {
                if (reader.type() == RecordFrame.ENTRY && reader.index() == index) {
                    return new Place(found.path(), position, reader.payload().remaining());
                }
                position = reader.next();
            }
            return null;
        }
    }

    /**
     * Changes the entry at a place. Durable when this returns.
     *
     * @param change changes the bytes between position and limit in place
     */
    public void edit(Place place, Consumer<ByteBuffer> change) {
        try {
            SegmentHeader header;
            try (StoreFile file = files.open(place.file(), FileAccess.Mode.READ)) {
                ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
                file.read(bytes, 0);
                header = SegmentHeader.decode(bytes.flip(), place.file());
                if (header == null) {
                    throw JournalException.damaged(place.file(), 0, "the segment header is not intact");
                }
                Path copy = directory.resolve(SegmentNames.fresh(header.generation()));
                write(file, copy, header, place, change);
                files.rename(copy, place.file());
                files.syncDirectory(directory);
            }
        } catch (IOException e) {
            throw failed("change", e);
        }
    }

    private void write(StoreFile from, Path to, SegmentHeader header, Place place, Consumer<ByteBuffer> change)
            throws IOException {
        try (StoreFile file = files.open(to, FileAccess.Mode.CREATE)) {
            ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
            long size = from.size();
            for (long position = 0; position < size; position += buffer.limit()) {
                from.read(buffer.clear().limit((int) Math.min(COPY_BYTES, size - position)), position);
                file.write(buffer.flip(), position);
                buffer.flip();
            }
            ByteBuffer record = ByteBuffer.allocate(RecordFrame.bytes(place.bytes()));
            from.read(record, place.position());
            record.clear();
            change.accept(record.slice(RecordFrame.HEADER_BYTES, place.bytes()));
            new RecordFrame(header).seal(record, 0, RecordFrame.syncedUpTo(record, 0));
            file.write(record.clear(), place.position());
            file.force(true);
        }
    }

    private JournalException failed(String what, IOException e) {
        return new JournalException(
                "Expected to " + what + " the journal, but " + e + " [directory=" + directory + "]", e);
    }
}
