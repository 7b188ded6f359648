// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cut takes a file's end away, on real files and on simulated ones; undurable until forced. */
class TruncateTest {
    private static final byte[] TEN = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    @Test
    void realFilesAreCut(@TempDir Path directory) throws IOException {
        cutAndGrow(new RealFiles(), directory.resolve("file"));
    }

    @Test
    void simulatedFilesAreCut() throws IOException {
        cutAndGrow(new SimulatedDisk(1), Path.of("disk/file"));
    }

    private static void cutAndGrow(FileAccess files, Path path) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.CREATE)) {
            file.write(ByteBuffer.wrap(TEN), 0);
            file.truncate(20);
            assertEquals(10, file.size());
            file.truncate(4);
            assertEquals(4, file.size());
            file.write(ByteBuffer.wrap(new byte[] {99}), 6);
            file.force(true);

            ByteBuffer found = ByteBuffer.allocate(20);
            file.read(found, 0);
            assertArrayEquals(new byte[] {1, 2, 3, 4, 0, 0, 99}, Arrays.copyOf(found.array(), found.position()));
        }
    }

    @Test
    void aPowerLossFindsTheOldLengthOrTheNewOne() throws IOException {
        Path path = Path.of("disk/file");
        Set<Integer> lengths = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            disk.put(path, TEN);
            try (StoreFile file = disk.open(path, FileAccess.Mode.WRITE)) {
                file.truncate(4);
            }

            byte[] found = disk.crash().content(path);

            lengths.add(found.length);
            assertArrayEquals(Arrays.copyOf(TEN, found.length), found, "seed " + seed);
        }
        assertEquals(Set.of(4, 10), lengths);
    }

    @Test
    void aForcedCutSurvivesAPowerLoss() throws IOException {
        Path path = Path.of("disk/file");
        SimulatedDisk disk = new SimulatedDisk(7);
        disk.put(path, TEN);
        try (StoreFile file = disk.open(path, FileAccess.Mode.WRITE)) {
            file.truncate(4);
            file.force(true);
        }

        assertEquals(4, disk.crash().content(path).length);
        assertTrue(disk.bytes() == 4, () -> disk.bytes() + " bytes");
    }
}
