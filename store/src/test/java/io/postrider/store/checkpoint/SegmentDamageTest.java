// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.Damage;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Operation;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentScrub;
import io.postrider.store.segment.SegmentSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each byte of the segments is damaged in turn: a start finds what it needs to find messages, the scrub the messages themselves. */
class SegmentDamageTest {
    private static final Path DIRECTORY = Path.of("/checkpoints");
    private static final SegmentSettings SETTINGS = new SegmentSettings(1_000, 200, 5, 4_000, 600, 20_000, 300, 8);
    private static final int HEADER_BYTES = 36;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final CheckpointModel model = new CheckpointModel();

    /** Log 1 has a segment of its own; logs 2 and 3 share one. */
    @BeforeEach
    void write() {
        for (int i = 0; i < 12; i++) {
            model.add(1, new byte[100]);
            model.add(2, new byte[20]);
            model.add(3, new byte[20]);
        }
        try (FileCheckpoints store = open(disk)) {
            store.write(model.plan());
        }
    }

    private static FileCheckpoints open(SimulatedDisk disk) {
        return FileCheckpoints.open(disk, DIRECTORY, 0, SETTINGS);
    }

    private List<Path> files(String suffix) {
        List<Path> files = disk.paths().stream()
                .filter(path -> path.toString().endsWith(suffix))
                .toList();
        assertEquals(2, files.size(), files::toString);
        return files;
    }

    @Test
    void aStartRefusesADamagedIndexOrHeader() {
        for (Path file : disk.paths()) {
            String name = file.getFileName().toString();
            int bytes = name.endsWith(".bodies") ? HEADER_BYTES : disk.content(file).length;
            for (int position = 0; position < bytes && !name.startsWith("manifest"); position++) {
                disk.flip(file, position);

                try (FileCheckpoints store = open(disk)) {
                    CheckpointException refusal = assertThrows(CheckpointException.class, store::load);
                    Damage damage = refusal.damage();
                    assertNotNull(damage, refusal::getMessage);
                    assertEquals(file, damage.file());
                    assertEquals(Damage.NO_START, damage.meaning());
                    assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
                }
                disk.flip(file, position);
            }
        }
    }

    @Test
    void theScrubFindsEveryDamagedBody() throws IOException {
        for (Path file : files(".bodies")) {
            for (int position = HEADER_BYTES; position < disk.content(file).length; position++) {
                try (FileCheckpoints store = open(disk)) {
                    store.load(); // whole
                    disk.flip(file, position);

                    scrub(store);

                    assertEquals(1, store.stats().damagedPlaces(), "position " + position);
                    Damage damage = store.damages().get(0);
                    assertEquals(file, damage.file());
                    assertTrue(damage.position() <= position && position - damage.position() < 124, damage::toString);
                    disk.flip(file, position);
                }
            }
        }
    }

    private static void scrub(FileCheckpoints store) throws IOException {
        SegmentScrub scrub = store.scrub();
        while (scrub.read(100) >= 100) {
            assertTrue(scrub.segments() > 0);
        }
        scrub.end();
    }

    @Test
    void theScrubFindsAnIndexThatIsDamagedWhileTheBrokerRuns() throws IOException {
        Path index = files(".index").get(0);
        try (FileCheckpoints store = open(disk)) {
            store.load();
            disk.flip(index, 40);

            scrub(store);

            assertEquals(
                    List.of(index), store.damages().stream().map(Damage::file).toList());
        }
    }

    @Test
    void theScrubGoesOnBehindDamage() throws IOException {
        Path file = files(".bodies").get(0);
        int end = disk.content(file).length;
        disk.flip(file, HEADER_BYTES + 50);
        disk.flip(file, end - 10);
        try (FileCheckpoints store = open(disk)) {
            store.load();

            scrub(store);

            assertEquals(2, store.damages().size(), store.damages()::toString);
            assertTrue(store.stats().bytesScrubbed() > 0);
        }
    }

    @Test
    void aWholeStoreIsScrubbedWhole() throws IOException {
        try (FileCheckpoints store = open(disk)) {
            store.load();

            scrub(store);

            assertEquals(List.of(), store.damages());
            long bodies = files(".bodies").stream()
                    .mapToLong(file -> disk.content(file).length - HEADER_BYTES)
                    .sum();
            assertEquals(bodies, store.stats().bytesScrubbed());
        }
    }

    @Test
    void theScrubberTellsOnce() {
        disk.flip(files(".bodies").get(0), HEADER_BYTES + 50);
        AtomicInteger told = new AtomicInteger();
        try (FileCheckpoints store = open(disk)) {
            store.load();
            try (SegmentScrubber scrubber =
                    SegmentScrubber.start(store, new ScrubSettings(1 << 20, 1), () -> 0, told::incrementAndGet)) {
                assertNotNull(scrubber);
                Awaitility.await().until(() -> told.get() > 3);
            }

            assertEquals(1, store.damages().size());
        }
    }

    @Test
    void aScrubberThatIsOffReadsNothing() {
        try (FileCheckpoints store = open(disk)) {
            store.load();
            SegmentScrubber.start(store, new ScrubSettings(0, 1), () -> 0, () -> {})
                    .close();

            assertEquals(0, store.stats().bytesScrubbed());
        }
    }

    /** It would have to be copied, and cannot be. */
    @Test
    void checkpointsGoOnBesideADamagedSegment() {
        for (int offset = 0; offset < 8; offset++) {
            model.done(1, offset);
        }
        disk.flip(files(".bodies").get(0), HEADER_BYTES + 10 * 124 + 50);
        try (FileCheckpoints store = open(disk)) {
            List<Extent> extents = store.load().extents();
            model.add(2, new byte[20]);
            CheckpointPlan plan = model.plan();

            CheckpointException failure = assertThrows(CheckpointException.class, () -> store.write(plan));
            assertTrue(failure.isRetryable(), failure::getMessage);
            assertEquals(1, store.damages().size());
            store.write(plan); // copies nothing, after a failure
            model.add(3, new byte[20]);
            store.write(model.plan()); // copies, but not that one
            assertTrue(store.load().extents().contains(extents.get(0)), "it stays where it is");
            assertEquals(13, read(store, 2).size());

            for (int offset = 8; offset < 12; offset++) {
                model.done(1, offset);
            }
            store.write(model.plan());
            assertEquals(List.of(), store.damages(), "nobody wants anything of it any more");
        }
    }

    private static List<Long> read(FileCheckpoints store, long logId) {
        List<Long> offsets = new ArrayList<>();
        for (Extent extent : store.load().extents()) {
            if (extent.logId() == logId) {
                assertTrue(store.read(extent, extent.firstOffset(), (offset, body) -> offsets.add(offset)));
            }
        }
        return offsets;
    }

    /** A kill between the two, a start, and a power loss: the journal relies on the manifest that the start found. */
    @Test
    void aManifestFoundAtAStartIsThereForGood() {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk first = new SimulatedDisk(seed);
            CheckpointModel own = new CheckpointModel();
            own.add(1, new byte[100]);
            FileCheckpoints killed = open(first);
            killed.write(own.plan());
            own.add(1, new byte[100]);
            first.plan((operation, count, path) ->
                    operation == Operation.SYNC_DIRECTORY && !first.exists(DIRECTORY.resolve("manifest.tmp"))
                            ? Fault.POWER_LOSS
                            : Fault.NONE);
            CheckpointPlan plan = own.plan();
            assertThrows(CheckpointException.class, () -> killed.write(plan));
            SimulatedDisk second = first.processCrash();
            long found;
            try (FileCheckpoints store = open(second)) {
                found = store.load().index();
            }

            SimulatedDisk third = second.crash();

            try (FileCheckpoints store = open(third)) {
                assertEquals(2, found);
                assertEquals(found, store.load().index(), "seed " + seed);
                assertFalse(read(store, 1).isEmpty());
            }
        }
    }
}
