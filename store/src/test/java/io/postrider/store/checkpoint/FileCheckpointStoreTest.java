// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.RealFiles;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is the old one or the new one, whatever happens in between; damage is named. */
class FileCheckpointStoreTest {
    private static final Path DIRECTORY = Path.of("checkpoint");

    private final FaultyFiles files = new FaultyFiles();

    /** A message as text. */
    private record Body(int addressId, long offset, String text) implements Survivor {
        @Override
        public int encodedLength() {
            return text.length();
        }

        @Override
        public void encodeTo(ByteBuffer target) {
            target.put(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void anEmptyDirectoryHasNoCheckpoint() {
        assertEquals(List.of("index 0"), load(files));
    }

    @Test
    void whatIsWrittenIsLoadedInOrder() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1), body(1, 2), body(2, 1)));
        write(files, image(20, "second", 2, Set.of(1), body(2, 2)));

        assertEquals(
                List.of(
                        "state 20 second",
                        "1:1/1=body 1/1",
                        "1:1/2=body 1/2",
                        "1:2/1=body 2/1",
                        "2:2/2=body 2/2",
                        "index 20"),
                load(files));
    }

    @Test
    void segmentsThatAreNoLongerLiveAreDeleted() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));
        write(files, image(20, "second", 2, Set.of(), body(1, 2)));

        assertEquals(
                List.of("bodies-0000000002.seg", "manifest", "state-0000000002.bin"),
                files.paths().stream()
                        .map(path -> path.getFileName().toString())
                        .toList());
    }

    @Test
    void aCheckpointWithoutSurvivorsWritesNoSegment() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));
        write(files, image(20, "second", 2, Set.of(1)));

        assertEquals(List.of("state 20 second", "1:1/1=body 1/1", "index 20"), load(files));
    }

    @Test
    void aMessageLargerThanTheBufferIsKept(@TempDir Path directory) {
        String text = "x".repeat(3_000_000);
        CheckpointImage image =
                image(10, "s".repeat(2_000_000), 1, Set.of(), body(1, 1), new Body(1, 2, text), body(1, 3));
        try (FileCheckpointStore store = FileCheckpointStore.open(new RealFiles(), directory, 3)) {
            store.write(image);
        }

        List<String> seen = new ArrayList<>();
        try (FileCheckpointStore store = FileCheckpointStore.open(new RealFiles(), directory, 3)) {
            store.load(new Recorder(seen));
        }

        assertEquals(4, seen.size());
        assertEquals("1:1/2=" + text, seen.get(2));
        assertEquals("1:1/3=body 1/3", seen.get(3));
    }

    @Test
    void aCrashAtAnyOperationLeavesTheOldOrTheNewOne() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1), body(2, 1)));
        List<String> before = load(files);
        FaultyFiles whole = files.copy();
        write(whole, image(20, "second", 2, Set.of(1), body(1, 2)));
        long operations = whole.operations();
        List<String> after = load(whole);
        boolean sawOld = false;

        for (long crashAt = 1; crashAt <= operations; crashAt++) {
            for (int seed = 0; seed < 40; seed++) {
                FaultyFiles victim = files.copy();
                victim.failAt(crashAt, FaultyFiles.Fault.POWER_LOSS);
                boolean completed = writeOrFail(victim, image(20, "second", 2, Set.of(1), body(1, 2)));
                FaultyFiles found = victim.powerLoss(new Random(seed));

                List<String> loaded = load(found);

                String where = "crash at operation " + crashAt + ", seed " + seed;
                assertTrue(loaded.equals(after) || (!completed && loaded.equals(before)), where + ": " + loaded);
                sawOld |= loaded.equals(before);
                // The next checkpoint works, and load cleans up what the crash left.
                write(found, image(30, "third", 3, Set.of(1), body(9, 9)));
                assertEquals("state 30 third", load(found).get(0), where);
                assertEquals(4, found.paths().size(), where + ": " + found.paths());
            }
        }
        assertTrue(sawOld);
    }

    @Test
    void aFailedWriteMayBeTriedAgainUntilTheCommit() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));
        FaultyFiles whole = files.copy();
        write(whole, image(20, "second", 2, Set.of(1), body(1, 2)));

        for (long failAt = 1; failAt <= whole.operations(); failAt++) {
            FaultyFiles victim = files.copy();
            FileCheckpointStore store = FileCheckpointStore.open(victim, DIRECTORY, 0);
            victim.failAt(failAt, FaultyFiles.Fault.NO_SPACE);
            boolean failed = false;
            try {
                store.write(image(20, "second", 2, Set.of(1), body(1, 2)));
            } catch (CheckpointException e) {
                failed = true;
            }
            String index = load(victim).get(0);
            assertTrue(index.equals("state 20 second") || (failed && index.equals("state 10 first")), index);
            try {
                store.write(image(30, "third", 3, Set.of(1), body(1, 3)));
                index = "state 30 third";
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().contains("opened anew"), e.getMessage());
            }
            assertEquals(index, load(victim).get(0));
        }
    }

    @Test
    void everyFlippedBitAndEveryCutIsNamed() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1), body(2, 1)));
        write(files, image(20, "second", 2, Set.of(1), body(1, 2)));

        for (Path path : files.paths()) {
            byte[] bytes = files.content(path);
            for (int position = 0; position < bytes.length; position++) {
                byte[] flipped = bytes.clone();
                flipped[position] ^= (byte) (1 << (position % 8));
                assertRefused(path, flipped);
                assertRefused(path, Arrays.copyOf(bytes, position));
            }
        }
    }

    private void assertRefused(Path path, byte[] bytes) {
        FaultyFiles damaged = files.copy();
        damaged.put(path, bytes);
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> load(damaged));
        assertTrue(refusal.getMessage().contains("file=" + path), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("position="), refusal.getMessage());
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));
        write(files, image(20, "second", 2, Set.of(1), body(1, 2)));

        for (Path path : files.paths()) {
            FaultyFiles damaged = files.copy();
            damaged.delete(path);
            CheckpointException refusal = assertThrows(CheckpointException.class, () -> load(damaged));
            assertTrue(refusal.getMessage().contains("file=" + path), refusal.getMessage());
        }
    }

    @Test
    void aForeignFileIsLeftAlone() {
        files.put(DIRECTORY.resolve("notes.txt"), new byte[] {1});
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));
        load(files);

        assertTrue(files.exists(DIRECTORY.resolve("notes.txt")));
    }

    @Test
    void anUnknownLiveSegmentIsRefused() {
        write(files, image(10, "first", 1, Set.of(), body(1, 1)));

        assertThrows(CheckpointException.class, () -> write(files, image(20, "second", 3, Set.of(1, 2))));
        assertThrows(CheckpointException.class, () -> write(files, image(20, "second", 1, Set.of(1))));
        assertFalse(files.exists(DIRECTORY.resolve("state-0000000002.bin")));
    }

    private static boolean writeOrFail(FaultyFiles files, CheckpointImage image) {
        try {
            write(files, image);
            return true;
        } catch (CheckpointException e) {
            return false;
        }
    }

    private static void write(FaultyFiles files, CheckpointImage image) {
        try (FileCheckpointStore store = FileCheckpointStore.open(files, DIRECTORY, 0)) {
            store.write(image);
        }
    }

    private static List<String> load(FaultyFiles files) {
        List<String> seen = new ArrayList<>();
        try (FileCheckpointStore store = FileCheckpointStore.open(files, DIRECTORY, 0)) {
            seen.add("index " + store.load(new Recorder(seen)));
        }
        return seen;
    }

    private record Recorder(List<String> seen) implements CheckpointStore.Visitor {
        @Override
        public void state(long index, ByteBuffer state) {
            seen.add("state " + index + " " + text(state));
        }

        @Override
        public void survivor(int segment, int addressId, long offset, ByteBuffer encoded) {
            seen.add(segment + ":" + addressId + "/" + offset + "=" + text(encoded));
        }

        private static String text(ByteBuffer bytes) {
            return StandardCharsets.ISO_8859_1.decode(bytes).toString();
        }
    }

    private static CheckpointImage image(long index, String state, int segment, Set<Integer> live, Body... survivors) {
        ByteBuffer bytes =
                ByteBuffer.wrap(state.getBytes(StandardCharsets.ISO_8859_1)).asReadOnlyBuffer();
        return new CheckpointImage(index, bytes, segment, List.of(survivors), live);
    }

    private static Body body(int addressId, long offset) {
        return new Body(addressId, offset, "body " + addressId + "/" + offset);
    }
}
