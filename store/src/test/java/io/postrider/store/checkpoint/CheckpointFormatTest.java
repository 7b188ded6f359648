// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.segment.SegmentSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Decodes a small store by hand, from the offsets in docs/formats/checkpoint.md and docs/formats/segments.md. */
class CheckpointFormatTest {
    private static final Path DIRECTORY = Path.of("checkpoint");

    private final FaultyFiles files = new FaultyFiles();

    /** A mixed segment with two logs in one run, then one more body at the next checkpoint; an own segment. */
    @BeforeEach
    void write() {
        SegmentSettings settings = new SegmentSettings(50, 50, 8, 10_000, 10_000, 0, 100_000, 8);
        CheckpointModel model = new CheckpointModel();
        model.add(7, 100, bytes("seven"));
        model.add(-2, 5, bytes("minus"));
        model.add(7, 102, bytes("again!"));
        model.add(9, 1, new byte[60]);
        try (FileCheckpoints store = FileCheckpoints.open(files, DIRECTORY, 3, settings)) {
            store.write(model.plan());
            model.add(7, 103, bytes("third"));
            store.write(model.plan());
        }
    }

    @Test
    void theManifest() {
        ByteBuffer file = read("manifest");

        assertEquals("PRMANIFE", text(file, 0, 8));
        assertEquals(2, file.getShort(8));
        assertEquals(0, file.getShort(10));
        assertEquals(3, file.getInt(12));
        assertEquals(2, file.getLong(16)); // number of the checkpoint
        assertEquals(2, file.getLong(24)); // log index
        assertEquals(read("state-0000000002.bin").limit(), file.getLong(32));
        assertEquals(crc(read("state-0000000002.bin"), 0), file.getInt(40));
        assertEquals(3, file.getInt(44)); // number for the next segment
        assertEquals(2, file.getInt(48)); // segments
        assertEquals(3, file.getInt(52)); // extents
        assertEquals(1, file.getInt(56));
        assertEquals(1, file.getShort(60)); // own
        assertEquals(0, file.getShort(62)); // unsealed
        assertEquals(9, file.getLong(64));
        assertEquals(36 + 24 + 60, file.getLong(72));
        assertEquals(24 + 8 + 24, file.getLong(80));
        assertEquals(2, file.getInt(88));
        assertEquals(2, file.getShort(92)); // mixed
        assertEquals(0, file.getLong(96));
        assertEquals(36 + 29 + 29 + 30 + 29, file.getLong(104));
        assertEquals(24 + (8 + 2 * 24) + (8 + 24), file.getLong(112));
        assertExtent(file, 120, -2, 2, 5, 5, 1, 5, 36, 65);
        assertExtent(file, 180, 7, 2, 100, 103, 3, 16, 65, 153); // joined over two checkpoints
        assertExtent(file, 240, 9, 1, 1, 1, 1, 60, 36, 120);
        assertEquals(crc(file.duplicate().limit(300), 0), file.getInt(300));
        assertEquals(304, file.limit());
    }

    private static void assertExtent(ByteBuffer file, int at, long... expected) {
        assertEquals(expected[0], file.getLong(at)); // log
        assertEquals(expected[1], file.getInt(at + 8)); // segment
        for (int i = 2; i < expected.length; i++) {
            assertEquals(expected[i], file.getLong(at + 12 + 8 * (i - 2)), "field " + i);
        }
    }

    @Test
    void theState() {
        ByteBuffer file = read("state-0000000002.bin");

        assertEquals("PRSTATE_", text(file, 0, 8));
        assertEquals(1, file.getShort(8));
        assertEquals(0, file.getShort(10));
        assertEquals(3, file.getInt(12));
        assertEquals(2, file.getLong(16));
        assertEquals(2, file.getLong(24));
        assertEquals(10, file.getLong(32));
        assertEquals("state of 2", text(file, 40, 10));
        assertEquals(50, file.limit());
    }

    @Test
    void theMixedSegment() {
        ByteBuffer file = read("segment-0000000002.bodies");

        assertEquals("PRSEGMNT", text(file, 0, 8));
        assertEquals(1, file.getShort(8));
        assertEquals(0, file.getShort(10));
        assertEquals(3, file.getInt(12));
        assertEquals(2, file.getInt(16));
        assertEquals(2, file.getInt(20)); // mixed
        assertEquals(0, file.getLong(24));
        assertEquals(crc(file.duplicate().limit(32), 0), file.getInt(32));
        assertRecord(file, 36, -2, 5, "minus");
        assertRecord(file, 65, 7, 100, "seven");
        assertRecord(file, 94, 7, 102, "again!");
        assertRecord(file, 124, 7, 103, "third");
        assertEquals(153, file.limit());
    }

    private static void assertRecord(ByteBuffer file, int at, long logId, long offset, String body) {
        int end = at + 24 + body.length();
        assertEquals(crc(file.duplicate().limit(end), at + 4) ^ 2, file.getInt(at));
        assertEquals(body.length(), file.getInt(at + 4));
        assertEquals(logId, file.getLong(at + 8));
        assertEquals(offset, file.getLong(at + 16));
        assertEquals(body, text(file, at + 24, body.length()));
    }

    @Test
    void theOwnSegment() {
        ByteBuffer file = read("segment-0000000001.bodies");

        assertEquals(1, file.getInt(16));
        assertEquals(1, file.getInt(20)); // own
        assertEquals(9, file.getLong(24));
        assertEquals(60, file.getInt(40));
        assertEquals(9, file.getLong(44));
        assertEquals(1, file.getLong(52));
    }

    @Test
    void theIndex() {
        ByteBuffer file = read("segment-0000000002.index");

        assertEquals("PRSEGIDX", text(file, 0, 8));
        assertEquals(1, file.getShort(8));
        assertEquals(0, file.getShort(10));
        assertEquals(3, file.getInt(12));
        assertEquals(2, file.getInt(16));
        assertEquals(crc(file.duplicate().limit(20), 0), file.getInt(20));
        assertEquals(crc(file.duplicate().limit(80), 28) ^ 2, file.getInt(24));
        assertEquals(2, file.getInt(28)); // entries of the first checkpoint
        assertEntry(file, 32, -2, 5, 36);
        assertEntry(file, 56, 7, 100, 65);
        assertEquals(crc(file.duplicate().limit(112), 84) ^ 2, file.getInt(80));
        assertEquals(1, file.getInt(84)); // of the second
        assertEntry(file, 88, 7, 103, 124);
        assertEquals(112, file.limit());
    }

    private static void assertEntry(ByteBuffer file, int at, long logId, long offset, long position) {
        assertEquals(logId, file.getLong(at));
        assertEquals(offset, file.getLong(at + 8));
        assertEquals(position, file.getLong(at + 16));
    }

    private ByteBuffer read(String name) {
        return ByteBuffer.wrap(files.content(DIRECTORY.resolve(name)));
    }

    private static int crc(ByteBuffer bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(from));
        return (int) crc.getValue();
    }

    private static String text(ByteBuffer file, int at, int length) {
        return StandardCharsets.ISO_8859_1.decode(file.slice(at, length)).toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
