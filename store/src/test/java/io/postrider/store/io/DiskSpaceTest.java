// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.DiskSpace.State;
import io.postrider.store.kit.LogLines;
import io.postrider.store.kit.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a disk counts as low on space, by measurement and by refusal, and who is told. */
@Timeout(60)
class DiskSpaceTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final long MS = 1_000_000;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final DiskSpace space = new DiskSpace(disk, DIRECTORY, 1000);
    private final List<State> changes = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - 100 * MS; // monotonic clocks may wrap

    @Test
    void lowBelowTheMinimumAndOpenAgainAboveOneAndAQuarter() {
        space.onChange(changes::add);
        assertEquals(State.OK, measured(1000));
        assertEquals(State.LOW, measured(999));
        assertEquals(State.LOW, measured(1249));
        assertEquals(State.OK, measured(1250));
        assertEquals(State.OK, measured(1000));
        assertEquals(List.of(State.LOW, State.OK), changes);
        assertEquals(1000, space.usableBytes());
    }

    @Test
    void measuresAtMostEvery200Ms() {
        assertEquals(State.OK, measured(5000));
        disk.setUsableBytes(10);

        nowNs += 199 * MS;
        assertEquals(State.OK, space.check(nowNs));
        assertEquals(5000, space.usableBytes());
        nowNs += MS;
        assertEquals(State.LOW, space.check(nowNs));
    }

    @Test
    void lowWhileSomebodyIsRefusedWhateverIsMeasured() {
        space.onChange(changes::add);
        measured(5000);
        space.shortage();
        space.shortage();
        assertEquals(State.LOW, measured(5000));
        space.shortageOver();
        assertEquals(State.LOW, space.state());
        space.shortageOver();
        assertEquals(State.OK, space.state());
        assertEquals(List.of(State.LOW, State.OK), changes);
    }

    @Test
    void aRefusalThatEndsDoesNotOpenADiskThatIsLow() {
        measured(999);
        space.shortage();
        space.shortageOver();
        assertEquals(State.LOW, space.state());
    }

    @Test
    void theOperatorIsToldOfEachChangeWithTheNumbers() {
        try (LogLines lines = new LogLines()) {
            measured(10);
            measured(20);
            measured(2000);
            List<String> told = lines.with("PR-STO-013");
            assertEquals(2, told.size());
            assertTrue(told.get(0).startsWith("WARN") && told.get(0).contains("OK -> LOW"), told.get(0));
            assertTrue(told.get(0).contains("usableBytes=10, minFreeBytes=1000"), told.get(0));
            assertTrue(told.get(1).startsWith("INFO") && told.get(1).contains("LOW -> OK"), told.get(1));
        }
    }

    @Test
    void anUnmeasurableDiskKeepsItsStateAndIsToldOnce(@TempDir Path directory) {
        DiskSpace gone = new DiskSpace(new RealFiles(), directory.resolve("gone"), 1000);
        try (LogLines lines = new LogLines()) {
            assertEquals(State.OK, gone.check(0));
            assertEquals(State.OK, gone.check(1000 * MS));
            assertEquals(1, lines.with("PR-STO-014").size());
        }
    }

    @Test
    void realFilesAreMeasuredRegularly(@TempDir Path directory) {
        DiskSpace real = new DiskSpace(new RealFiles(), directory, 1);
        try (DiskSpaceWatch watch = new DiskSpaceWatch(real)) {
            assertEquals(State.OK, real.state());
            assertTrue(real.usableBytes() > 0 && real.usableBytes() < Long.MAX_VALUE, "bytes: " + real.usableBytes());
            assertEquals(watch, watch);
        }
    }

    @Test
    void aWatchFindsTheChangeByItself() {
        disk.setUsableBytes(5000);
        try (DiskSpaceWatch watch = new DiskSpaceWatch(space)) {
            assertEquals(State.OK, space.state(), "measured once by " + watch);
            disk.setUsableBytes(10);
            Awaitility.await().until(() -> space.state() == State.LOW);
            disk.setUsableBytes(5000);
            Awaitility.await().until(() -> space.state() == State.OK);
        }
    }

    @Test
    void aFullDiskIsToldFromABrokenOne() {
        assertTrue(NoSpace.isCauseOf(new IOException("No space left on device")));
        assertTrue(NoSpace.isCauseOf(new IOException("Disk quota exceeded")));
        assertTrue(NoSpace.isCauseOf(new IOException("There is not enough space on the disk")));
        assertTrue(NoSpace.isCauseOf(new IOException(new IOException("/data/a: No space left on device"))));
        assertFalse(NoSpace.isCauseOf(new IOException("Input/output error")));
        assertFalse(NoSpace.isCauseOf(new IOException((String) null)));
    }

    @Test
    void aNegativeMinimumIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new DiskSpace(disk, DIRECTORY, -1));
    }

    private State measured(long usableBytes) {
        disk.setUsableBytes(usableBytes);
        nowNs += 200 * MS;
        return space.check(nowNs);
    }
}
