// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.checkpoint.CheckpointPlan;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.io.StoreLock;
import io.postrider.store.io.StoreLockedException;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.BodySource;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.segment.WantedOffsets;
import io.postrider.store.tools.Finding.Severity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools see what is in a stopped store, find any damage of it, and change nothing. */
class StoreToolsTest {
    private static final Path DIRECTORY = Path.of("store");
    private static final StoreLayout LAYOUT = StoreLayout.of(DIRECTORY);
    private static final JournalSettings JOURNAL = JournalSettings.DEFAULT.withSegmentBytes(1024);
    private static final SegmentSettings SEGMENTS = new SegmentSettings(500, 100, 8, 2_000, 4_000, 0, 150, 8);
    private static final int CHECKPOINT_INDEX = 20;
    private static final int LAST_INDEX = 30;

    private final FaultyFiles files = new FaultyFiles();

    @BeforeEach
    void writeStore() throws Exception {
        write(files, LAYOUT);
    }

    private static void write(FileAccess files, StoreLayout layout) throws Exception {
        CommitRecorder recorder = new CommitRecorder();
        try (LocalShardLog log = LocalShardLog.open(files, layout.journal(), JOURNAL)) {
            log.replay(0, (index, entry) -> {});
            log.start(recorder);
            for (int i = 1; i <= LAST_INDEX; i++) {
                recorder.await(log.append(bytes("entry " + i)));
            }
        }
        try (FileCheckpoints checkpoints =
                FileCheckpoints.open(files, layout.checkpoints(), layout.shard(), SEGMENTS)) {
            checkpoints.write(
                    new CheckpointPlan(CHECKPOINT_INDEX, List.of(bytes("the state")), bodies(), logId -> everything()));
        }
    }

    /** An own segment and a mixed one. */
    private static BodySource bodies() {
        return new BodySource() {
            @Override
            public Map<Long, Long> bytesByLog() {
                return Map.of(1L, 700L, 2L, 60L, 3L, 60L);
            }

            @Override
            public void forEach(Sink sink) {
                for (int i = 0; i < 10; i++) {
                    sink.body(1, i, bytes("x".repeat(60) + i));
                    sink.body(2 + i % 2, i, bytes("body " + i));
                }
            }
        };
    }

    private static WantedOffsets everything() {
        return new WantedOffsets() {
            @Override
            public boolean contains(long offset) {
                return true;
            }

            @Override
            public long count(long first, long last) {
                return last - first + 1;
            }
        };
    }

    @Test
    void anIntactStoreHasNoFindings() {
        StoreVerifier.Report report = StoreVerifier.verifyLocked(files, LAYOUT);

        assertEquals(List.of(), report.findings());
        assertEquals(CHECKPOINT_INDEX, report.checkpointIndex());
        assertEquals(LAST_INDEX, report.lastIndex());
        assertEquals(LAST_INDEX - CHECKPOINT_INDEX, report.entries());
        assertEquals(20, report.bodies());
    }

    @Test
    void anEmptyDirectoryIsAnEmptyStore() {
        StoreVerifier.Report report = StoreVerifier.verifyLocked(new FaultyFiles(), LAYOUT);

        assertTrue(report.isIntact());
        assertEquals(0, report.lastIndex());
    }

    @Test
    void anyFlippedBitOfLiveDataIsFound() {
        List<String> expected = contents(files);
        int found = 0;

        for (Path path : files.paths()) {
            byte[] bytes = files.content(path);
            for (int position = 0; position < bytes.length; position++) {
                byte[] flipped = bytes.clone();
                flipped[position] ^= (byte) (1 << (position % 8));
                FaultyFiles damaged = files.copy();
                damaged.put(path, flipped);

                StoreVerifier.Report report = StoreVerifier.verifyLocked(damaged, LAYOUT);

                if (report.isIntact()) {
                    assertEquals(expected, contents(damaged), path + " at " + position);
                } else {
                    found++;
                    assertTrue(
                            report.findings()
                                    .toString()
                                    .contains(path.getFileName().toString()),
                            path + " at " + position + ": " + report.findings());
                }
                assertArrayEquals(flipped, damaged.content(path));
            }
        }
        assertTrue(found > 1_500, found + " found");
    }

    @Test
    void damageOfTheJournalNamesFilePlaceAndWhatToDo() {
        Path segment = LAYOUT.journal().resolve("journal-0000000001.seg");
        flip(segment, 64 + 8);

        StoreVerifier.Report report = StoreVerifier.verifyLocked(files, LAYOUT);

        assertEquals(1, report.findings().size(), report.findings()::toString);
        Finding finding = report.findings().get(0);
        assertEquals(segment, finding.file());
        assertEquals(64, finding.position());
        assertTrue(finding.what().startsWith("no intact"), finding::what);
        assertEquals("Confirmed messages would be lost, so the store stays closed.", finding.meaning());
        assertTrue(finding.advice().startsWith("Restore this store from a copy"), finding::advice);
    }

    @Test
    void allDamageOfSegmentsIsListed() {
        Path own = LAYOUT.checkpoints().resolve("segment-0000000001.bodies");
        Path mixed = LAYOUT.checkpoints().resolve("segment-0000000002.bodies");
        flip(own, 36 + 30); // its first record
        flip(own, 36 + 9 * 85 + 30); // its last
        flip(mixed, 36 + 24);

        StoreVerifier.Report report = StoreVerifier.verifyLocked(files, LAYOUT);

        assertEquals(
                List.of(own + ":36", own + ":" + (36 + 9 * 85), mixed + ":36"),
                report.findings().stream()
                        .map(finding -> finding.file() + ":" + finding.position())
                        .toList());
        assertTrue(report.findings().stream().allMatch(finding -> finding.severity() == Severity.DAMAGE));
        assertFalse(report.isIntact());
    }

    @Test
    void aMissingSegmentIsDamageAndOthersAreStillRead() throws Exception {
        Path mixed = LAYOUT.checkpoints().resolve("segment-0000000002.bodies");
        files.delete(mixed);

        StoreVerifier.Report report = StoreVerifier.verifyLocked(files, LAYOUT);

        assertEquals(
                List.of(mixed), report.findings().stream().map(Finding::file).toList());
        assertEquals(10, report.bodies());
    }

    @Test
    void whatACrashLeavesIsANote() {
        Path own = LAYOUT.checkpoints().resolve("segment-0000000001.bodies");
        byte[] bytes = files.content(own);
        files.put(own, Arrays.copyOf(bytes, bytes.length + 100));

        StoreVerifier.Report report = StoreVerifier.verifyLocked(files, LAYOUT);

        assertTrue(report.isIntact());
        assertEquals(
                List.of(own + ":" + bytes.length),
                report.findings().stream()
                        .map(finding -> finding.file() + ":" + finding.position())
                        .toList());
    }

    @Test
    void realFilesAreVerifiedAndPrintedUnchanged(@TempDir Path directory) throws Exception {
        RealFiles real = new RealFiles();
        StoreLayout layout = StoreLayout.of(directory);
        write(real, layout);
        Map<Path, Long> before = lengths(real, layout);
        List<String> lines = new ArrayList<>();

        assertEquals(
                List.of(),
                StoreVerifier.verify(real, layout, StoreVerifier.EntryCheck.NONE)
                        .findings());
        StorePrinter printer = new StorePrinter(real, layout, StorePrinter.Format.TEXT, lines::add);
        printer.extents();
        printer.entries(StoreToolsTest::text, 0, Long.MAX_VALUE);

        assertEquals(
                List.of(
                        "segment number=1 kind=own state=open log=1 bytes=886 indexBytes=152",
                        "segment number=2 kind=mixed state=open log=0 bytes=336 indexBytes=80",
                        "extent log=1 firstOffset=0 lastOffset=9 bodies=10 bytes=610 segment=1 position=36 end=886",
                        "extent log=2 firstOffset=0 lastOffset=8 bodies=5 bytes=30 segment=2 position=36 end=186",
                        "extent log=3 firstOffset=1 lastOffset=9 bodies=5 bytes=30 segment=2 position=186 end=336",
                        "entry index=21 bytes=8 content=entry 21"),
                lines.subList(0, 6));
        assertEquals(5 + LAST_INDEX - CHECKPOINT_INDEX, lines.size());
        assertEquals(before, lengths(real, layout));
    }

    @Test
    void linesMayBeJson(@TempDir Path directory) throws Exception {
        StoreLayout layout = StoreLayout.of(directory);
        write(new RealFiles(), layout);
        List<String> lines = new ArrayList<>();

        new StorePrinter(new RealFiles(), layout, StorePrinter.Format.JSON, lines::add)
                .entries(entry -> "say \"" + text(entry) + "\"\n", 21, 21);

        assertEquals(
                "{\"what\":\"entry\",\"index\":21,\"bytes\":8,\"content\":\"say \\\"entry 21\\\"\\u000a\"}",
                lines.get(0));
    }

    @Test
    void aStoreInUseIsRefused(@TempDir Path directory) {
        StoreLock lock = StoreLock.acquire(directory);
        try {
            assertThrows(
                    StoreLockedException.class,
                    () -> StoreVerifier.verify(
                            new RealFiles(), StoreLayout.of(directory), StoreVerifier.EntryCheck.NONE));
        } finally {
            lock.close();
        }
    }

    @Test
    void aMissingDirectoryIsNotCreated(@TempDir Path directory) {
        Path missing = directory.resolve("missing");

        assertThrows(
                IllegalArgumentException.class,
                () -> StoreVerifier.verify(new RealFiles(), StoreLayout.of(missing), StoreVerifier.EntryCheck.NONE));

        assertFalse(new RealFiles().exists(missing));
    }

    private void flip(Path path, int position) {
        byte[] bytes = files.content(path);
        bytes[position] ^= 4;
        files.put(path, bytes);
    }

    /** All that a broker would read after a start. */
    private static List<String> contents(FaultyFiles files) {
        FaultyFiles copy = files.copy();
        List<String> contents = new ArrayList<>();
        try (FileCheckpoints checkpoints = FileCheckpoints.open(copy, LAYOUT.checkpoints(), LAYOUT.shard(), SEGMENTS);
                LocalShardLog log = LocalShardLog.open(copy, LAYOUT.journal(), JOURNAL)) {
            FileCheckpoints.Loaded loaded = checkpoints.load();
            contents.add(loaded.index() + text(loaded.state()));
            for (Extent extent : loaded.extents()) {
                checkpoints.read(extent, extent.firstOffset(), (offset, body) -> contents.add(offset + text(body)));
                checkpoints.read(extent, extent.lastOffset(), (offset, body) -> contents.add(offset + text(body)));
            }
            log.replay(loaded.index(), (index, entry) -> contents.add(index + text(entry)));
        }
        return contents;
    }

    private static Map<Path, Long> lengths(RealFiles files, StoreLayout layout) throws Exception {
        Map<Path, Long> lengths = new HashMap<>();
        for (Path directory : List.of(layout.journal(), layout.checkpoints())) {
            for (Path path : files.list(directory)) {
                lengths.put(path, FileSizes.of(files, path));
            }
        }
        return lengths;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }
}
