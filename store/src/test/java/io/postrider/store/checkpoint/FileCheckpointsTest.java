// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A checkpoint is the old one or the new one with all its bodies, whatever happens in between; damage is named. */
class FileCheckpointsTest {
    private static final Path DIRECTORY = Path.of("checkpoint");
    private static final int SHARD = 3;
    private static final SegmentSettings SETTINGS = new SegmentSettings(1_000, 200, 5, 4_000, 600, 20_000, 300, 8);

    private final FaultyFiles files = new FaultyFiles();
    private final CheckpointModel model = new CheckpointModel();

    @Test
    void anEmptyDirectoryHasNoCheckpoint() {
        try (FileCheckpoints store = open(files)) {
            Checkpoints.Loaded loaded = store.load();

            assertEquals(0, loaded.index());
            assertEquals(0, loaded.state().remaining());
            assertEquals(List.of(), loaded.extents());
            assertEquals(0, store.stats().segments());
        }
    }

    @Test
    void aCheckpointWithoutBodiesWritesNoSegment() {
        write(files, model.plan());

        assertEquals(List.of("manifest", "state-0000000001.bin"), names(files));
        check(files, model);
    }

    @Test
    void aBodyOfNoBytesIsKept() {
        model.add(7, new byte[0]);
        write(files, model.plan());

        check(files, model);
    }

    @Test
    void whatNobodyWantsIsDeleted() {
        model.add(1, body(1, 2_000));
        model.add(2, body(2, 10));
        write(files, model.plan());
        model.done(1, 0);
        model.drop(2);

        write(files, model.plan());

        assertEquals(List.of("manifest", "state-0000000002.bin"), names(files));
        check(files, model);
    }

    @Test
    void anOwnSegmentIsAppendedToUntilItIsFull() {
        for (int i = 0; i < 6; i++) {
            model.add(1, body(i, 1_100));
            write(files, model.plan());
        }

        assertEquals(
                List.of(
                        "manifest",
                        "segment-0000000001.bodies",
                        "segment-0000000001.index",
                        "segment-0000000002.bodies",
                        "segment-0000000002.index",
                        "state-0000000006.bin"),
                names(files));
        try (FileCheckpoints store = open(files)) {
            List<Extent> extents = store.load().extents();
            assertEquals(2, extents.size(), extents::toString);
            assertEquals(3, extents.get(0).count());
        }
        check(files, model);
    }

    @Test
    void aStartCutsWhatNoManifestNames() throws Exception {
        model.add(1, body(1, 1_100));
        model.add(2, body(2, 10));
        write(files, model.plan());
        List<Integer> lengths = segmentLengths();
        for (Path path : files.paths()) {
            if (path.getFileName().toString().startsWith("segment")) {
                byte[] bytes = files.content(path);
                files.put(path, Arrays.copyOf(bytes, bytes.length + 700));
            }
        }

        check(files, model);

        assertEquals(lengths, segmentLengths());
    }

    @Test
    void anAppendThatFailsGivesItsSpaceBack() {
        model.add(1, body(1, 1_100));
        write(files, model.plan());
        long before = files.bytes();
        CheckpointModel next = model.copy();
        next.add(1, body(2, 1_500));
        try (FileCheckpoints store = open(files)) {
            store.load();
            files.setQuotaBytes(before + 1_000);

            CheckpointException failure = assertThrows(
                    CheckpointException.class, () -> store.write(next.copy().plan()));

            assertTrue(failure.isRetryable());
            assertEquals(before, files.bytes());
            files.setQuotaBytes(Long.MAX_VALUE);
            store.write(next.plan());
        }
        check(files, next);
    }

    private List<Integer> segmentLengths() {
        return files.paths().stream()
                .filter(path -> path.getFileName().toString().startsWith("segment"))
                .map(path -> files.content(path).length)
                .toList();
    }

    @Test
    void anOldBodyDoesNotPinASegment() {
        for (int i = 0; i < 30; i++) {
            model.add(1, body(i, 100));
        }
        write(files, model.plan());
        for (int offset = 1; offset < 30; offset++) {
            model.done(1, offset);
        }

        try (FileCheckpoints store = open(files)) {
            Checkpoints.Written written = store.write(model.plan());

            assertEquals(100, written.bytesCleaned());
            assertTrue(written.bytesFreed() > 3_000);
            assertEquals(1, written.extents().size());
            assertEquals(1, store.stats().segments());
            assertTrue(store.stats().bytesOnDisk() < 300);
        }
        check(files, model);
    }

    @Test
    void cleaningKeepsToItsBudgetAndTakesMostGarbageFirst() {
        SegmentSettings settings = SETTINGS.withCleaningBytesMax(500);
        try (FileCheckpoints store = FileCheckpoints.open(files, DIRECTORY, SHARD, settings)) {
            for (long logId = 1; logId <= 3; logId++) {
                for (int i = 0; i < 10 + 5 * logId; i++) {
                    model.add(logId, body(i, 100));
                }
            }
            store.write(model.plan());
            for (long logId = 1; logId <= 3; logId++) {
                for (int offset = 1; offset < 10 + 5 * logId; offset++) {
                    model.done(logId, offset);
                }
            }

            List<Integer> segments = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                assertEquals(100, store.write(model.plan()).bytesCleaned());
                segments.add(store.stats().segments());
            }

            // The survivors meet in one mixed segment.
            assertEquals(List.of(3, 2, 1), segments);
        }
        check(files, model);
    }

    @Test
    void joinedExtentsNeverReachAcrossOffsetsThatLieElsewhere() {
        model.add(1, body(1, 1_100));
        write(files, model.plan());
        model.add(1, body(2, 50)); // too little for its own segment
        write(files, model.plan());
        model.add(1, body(3, 250));
        write(files, model.plan());

        try (FileCheckpoints store = open(files)) {
            List<Extent> extents = store.load().extents();

            assertEquals(List.of(1, 2, 1), extents.stream().map(Extent::segment).toList());
        }
        check(files, model);
    }

    @Test
    void scatteredExtentsAreGatheredWhateverHappens() {
        for (int i = 0; i < 8; i++) {
            for (long logId = 1; logId <= 3; logId++) {
                model.add(logId, body(i, 8));
            }
            write(files, model.plan());
        }
        CheckpointModel before = model.copy();
        CheckpointPlan plan = model.plan();

        FaultyFiles whole = files.copy();
        try (FileCheckpoints store = open(whole)) {
            assertEquals(24, store.load().extents().size());
            assertEquals(24 * 8, store.write(plan).bytesCleaned());
            assertEquals(3, store.load().extents().size());
        }
        check(whole, model);
        crashAtAnyOperation(plan, before);
    }

    @Test
    void aDroppedSegmentIsReadToTheEndButNotBegunAgain() {
        for (int i = 0; i < 20; i++) {
            model.add(1, body(i, 100));
        }
        try (FileCheckpoints store = open(files)) {
            Extent extent = store.write(model.plan()).extents().get(0);
            model.drop(1);
            List<Long> seen = new ArrayList<>();

            boolean isThere = store.read(extent, 0, (offset, body) -> {
                if (offset == 0) {
                    store.write(model.plan());
                }
                assertEquals(ByteBuffer.wrap(body((int) offset, 100)), body);
                return seen.add(offset);
            });

            assertTrue(isThere);
            assertEquals(20, seen.size());
            assertFalse(store.read(extent, 0, (offset, body) -> true));
        }
    }

    @Test
    void anOffsetThatGoesBackIsRefusedAndChangesNothing() {
        model.add(1, 10, body(1, 100));
        write(files, model.plan());
        CheckpointModel before = model.copy();
        model.add(1, 10, body(1, 100));

        try (FileCheckpoints store = open(files)) {
            CheckpointPlan plan = model.plan();
            assertThrows(IllegalArgumentException.class, () -> store.write(plan));
        }

        check(files, before);
    }

    @Test
    void anotherShardIsRefused() {
        write(files, model.plan());

        CheckpointException refusal =
                assertThrows(CheckpointException.class, () -> FileCheckpoints.open(files, DIRECTORY, 4, SETTINGS));

        assertTrue(refusal.getMessage().contains("expected shard 4"), refusal.getMessage());
    }

    @Test
    void aForeignFileIsLeftAlone() {
        files.put(DIRECTORY.resolve("notes.txt"), new byte[] {1});
        write(files, model.plan());
        check(files, model);

        assertTrue(files.exists(DIRECTORY.resolve("notes.txt")));
    }

    /** Everything at once: an own segment is filled up and another begun, others are cleaned and dropped, small logs come and go. */
    @Nested
    class WithAllKindsOfSegments {
        private final CheckpointModel before;
        private final CheckpointPlan plan;

        WithAllKindsOfSegments() {
            for (int i = 0; i < 25; i++) {
                model.add(1, body(i, 150));
                model.add(2, body(i, 60));
                model.add(3 + i % 4, body(i, 20));
            }
            model.add(-5, body(1, 3_000));
            write(files, model.plan());
            for (int i = 0; i < 10; i++) {
                model.add(1, body(i, 100));
                model.add(3, body(i, 15));
            }
            write(files, model.plan());
            for (int offset = 0; offset < 20; offset++) {
                model.done(1, offset);
                model.done(2, offset);
            }
            model.done(3, 2);
            model.drop(4);
            model.drop(5);
            model.drop(-5);
            before = model.copy();
            for (int i = 0; i < 4; i++) {
                model.add(1, body(i, 120));
                model.add(9, body(i, 300));
                model.add(3, body(i, 25));
            }
            plan = model.plan();
        }

        @Test
        void theScenarioMeetsThemAll() {
            try (FileCheckpoints store = open(files)) {
                List<Extent> extents = store.load().extents();
                int segmentsBefore = store.stats().segments();
                Checkpoints.Written written = store.write(plan);

                assertTrue(segmentsBefore >= 4, extents::toString);
                assertTrue(written.bytesCleaned() > 0 && written.bytesFreed() > 3_000, written::toString);
                assertTrue(written.extents().stream().anyMatch(extent -> isAppended(extent, extents)));
            }
            check(files, model);
        }

        private boolean isAppended(Extent extent, List<Extent> before) {
            List<Extent> ofSegment = before.stream()
                    .filter(old -> old.segment() == extent.segment())
                    .toList();
            return !ofSegment.isEmpty() && ofSegment.stream().allMatch(old -> old.end() < extent.end());
        }

        @Test
        void aCrashAtAnyOperationLeavesTheOldOrTheNewOne() {
            crashAtAnyOperation(plan, before);
        }

        @Test
        void aFailedWriteMayBeTriedAgainUntilTheCommit() {
            FaultyFiles whole = files.copy();
            write(whole, plan);

            for (Fault fault : List.of(Fault.FAIL, Fault.SHORT_WRITE, Fault.NO_SPACE)) {
                for (long failAt = 1; failAt <= whole.operations(); failAt++) {
                    FaultyFiles victim = files.copy();
                    try (FileCheckpoints store = open(victim)) {
                        victim.failAt(failAt, fault);
                        failAndTryAgain(victim, store, fault + " at operation " + failAt);
                    }
                }
            }
        }

        private void failAndTryAgain(FaultyFiles victim, FileCheckpoints store, String where) {
            try {
                store.write(plan);
            } catch (CheckpointException e) {
                if (!e.isRetryable()) {
                    CheckpointException refusal =
                            assertThrows(CheckpointException.class, () -> store.write(plan), where);
                    assertTrue(refusal.getMessage().contains("opened anew"), where);
                    check(victim, index(victim) == plan.index() ? model : before);
                    return;
                }
                before.checkBodies(store, store.load().extents());
                check(victim, before);
                assertNothingElse(victim, where); // the space is free again at once
                store.write(plan);
            }
            model.check(store);
            check(victim, model);
            check(victim.powerLoss(new Random(1)), model);
        }

        @Test
        void everyFlippedBitIsNamedOrChangesNothing() {
            write(files, plan);
            List<String> expected = contents(files);
            int harmless = 0;
            int flips = 0;

            for (Path path : files.paths()) {
                byte[] bytes = files.content(path);
                for (int position = 0; position < bytes.length; position++) {
                    byte[] flipped = bytes.clone();
                    flipped[position] ^= (byte) (1 << (position % 8));
                    FaultyFiles damaged = files.copy();
                    damaged.put(path, flipped);
                    flips++;
                    try {
                        assertEquals(expected, contents(damaged), path + " at " + position);
                        harmless++; // a body nobody wants any more
                    } catch (CheckpointException e) {
                        assertTrue(e.getMessage().contains("file=" + path), e.getMessage());
                        assertTrue(e.getMessage().contains("position="), e.getMessage());
                    }
                }
            }
            assertTrue(harmless < flips / 2, harmless + " of " + flips);
        }

        @Test
        void everyCutIsNamed() {
            write(files, plan);

            for (Path path : files.paths()) {
                byte[] bytes = files.content(path);
                for (int length = 0; length < bytes.length; length++) {
                    FaultyFiles damaged = files.copy();
                    damaged.put(path, Arrays.copyOf(bytes, length));
                    CheckpointException refusal = assertThrows(
                            CheckpointException.class, () -> open(damaged).load());
                    assertTrue(refusal.getMessage().contains("file=" + path), refusal.getMessage());
                    assertTrue(refusal.getMessage().contains("position="), refusal.getMessage());
                }
            }
        }

        @Test
        void aMissingFileIsNamed() throws Exception {
            write(files, plan);

            for (Path path : files.paths()) {
                FaultyFiles damaged = files.copy();
                damaged.delete(path);
                CheckpointException refusal = assertThrows(
                        CheckpointException.class, () -> open(damaged).load());
                assertTrue(refusal.getMessage().contains("file=" + path), refusal.getMessage());
            }
        }

        @Test
        void damageFoundByCleaningLeavesTheOldCheckpointInForce() {
            FaultyFiles damaged = files.copy();
            Path path = DIRECTORY.resolve("segment-%010d.bodies".formatted(segmentToBeCleaned()));
            byte[] bytes = files.content(path);
            for (int position = 40; position < bytes.length; position += 20) {
                bytes[position] ^= 1;
            }
            damaged.put(path, bytes);

            CheckpointException refusal = assertThrows(CheckpointException.class, () -> write(damaged, plan));

            assertTrue(refusal.getMessage().contains("file=" + path), refusal.getMessage());
            assertTrue(refusal.isRetryable(), "the next attempt leaves that segment where it is");
            assertEquals(before.index(), index(damaged));
            assertNothingElse(damaged, "after damage");
        }

        private int segmentToBeCleaned() {
            FaultyFiles whole = files.copy();
            write(whole, plan);
            try (FileCheckpoints store = open(files);
                    FileCheckpoints after = open(whole)) {
                List<Integer> kept =
                        after.load().extents().stream().map(Extent::segment).toList();
                return store.load().extents().stream()
                        .filter(extent -> extent.logId() == 1 && !kept.contains(extent.segment()))
                        .findFirst()
                        .orElseThrow()
                        .segment();
            }
        }
    }

    private void crashAtAnyOperation(CheckpointPlan plan, CheckpointModel before) {
        FaultyFiles whole = files.copy();
        write(whole, plan);
        boolean sawOld = false;

        for (long crashAt = 1; crashAt <= whole.operations(); crashAt++) {
            for (int seed = 0; seed < 40; seed++) {
                FaultyFiles victim = files.copy();
                victim.failAt(crashAt, Fault.POWER_LOSS);
                boolean isDone = writeOrFail(victim, plan);
                FaultyFiles found = victim.powerLoss(new Random(seed));
                String where = "crash at operation " + crashAt + ", seed " + seed;

                boolean isNew = index(found) == plan.index();
                assertTrue(isNew || !isDone, where);
                CheckpointModel expected = (isNew ? model : before).copy();
                check(found, expected);
                sawOld |= !isNew;
                // The next checkpoint works, and opening cleans up what the crash left.
                expected.add(1, body(77, 333));
                write(found, expected.plan());
                check(found, expected);
                assertNothingElse(found, where);
            }
        }
        assertTrue(sawOld);
    }

    /** No file but those of the checkpoint in force. */
    private static void assertNothingElse(FaultyFiles files, String where) {
        List<String> found = names(files);
        try (FileCheckpoints store = open(files)) {
            assertEquals(2 + 2 * store.stats().segments(), found.size(), () -> where + ": " + found);
        }
    }

    private static boolean writeOrFail(FaultyFiles files, CheckpointPlan plan) {
        try {
            write(files, plan);
            return true;
        } catch (CheckpointException e) {
            return false;
        }
    }

    private static void write(FaultyFiles files, CheckpointPlan plan) {
        try (FileCheckpoints store = open(files)) {
            store.write(plan);
        }
    }

    private static void check(FaultyFiles files, CheckpointModel expected) {
        try (FileCheckpoints store = open(files)) {
            expected.check(store);
        }
    }

    private static long index(FaultyFiles files) {
        try (FileCheckpoints store = open(files)) {
            return store.load().index();
        }
    }

    /** Everything that can be read, by every way of reading it. */
    private static List<String> contents(FaultyFiles files) {
        List<String> contents = new ArrayList<>();
        try (FileCheckpoints store = open(files)) {
            Checkpoints.Loaded loaded = store.load();
            contents.add(loaded.index()
                    + StandardCharsets.UTF_8.decode(loaded.state()).toString());
            for (Extent extent : loaded.extents()) {
                contents.add(extent.toString());
                for (long from : List.of(extent.firstOffset(), extent.lastOffset())) {
                    store.read(extent, from, (offset, body) -> {
                        contents.add(offset + "=" + Arrays.toString(CheckpointModel.copy(body)));
                        return true;
                    });
                }
            }
        }
        return contents;
    }

    private static FileCheckpoints open(FaultyFiles files) {
        return FileCheckpoints.open(files, DIRECTORY, SHARD, SETTINGS);
    }

    private static List<String> names(FaultyFiles files) {
        return files.paths().stream().map(path -> path.getFileName().toString()).toList();
    }

    private static byte[] body(int seed, int bytes) {
        byte[] body = new byte[bytes];
        new Random(seed).nextBytes(body);
        return body;
    }
}
