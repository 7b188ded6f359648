// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess.Mode;
import io.postrider.store.io.NoSpace;
import io.postrider.store.io.StoreFile;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Flip;
import io.postrider.store.kit.SimulatedDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The simulated disk keeps what a disk keeps, and loses what a disk may lose: each possible outcome is seen for some seed. */
class SimulatedDiskTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path A = DIRECTORY.resolve("a");
    private static final Path B = DIRECTORY.resolve("b");
    private static final int SECTOR = SimulatedDisk.SECTOR_BYTES;
    private static final int SEEDS = 300;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Nested
    class PowerLoss {
        @Test
        void forcedBytesSurviveAndOtherSectorsMay() throws Exception {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                SimulatedDisk victim = new SimulatedDisk(seed);
                try (StoreFile file = create(victim, A, bytes(4 * SECTOR, 1))) {
                    file.force(true);
                    victim.syncDirectory(DIRECTORY);
                    file.write(bytes(3 * SECTOR, 2), 0);
                }

                byte[] found = victim.crash().content(A);

                assertEquals(4 * SECTOR, found.length);
                assertEquals(1, found[4 * SECTOR - 1], "the forced sector nobody wrote to again");
                outcomes.add(sectors(found));
            }
            assertTrue(outcomes.containsAll(Set.of("1111", "2221", "1211", "2121", "1121")), outcomes.toString());
            assertTrue(outcomes.stream().anyMatch(outcome -> outcome.contains("t")), "a torn one: " + outcomes);
        }

        @Test
        void aFileThatGrewMayBeShorterOrFullOfZeros() throws Exception {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                SimulatedDisk victim = new SimulatedDisk(seed);
                create(victim, A, bytes(SECTOR, 1)).force(true);
                victim.syncDirectory(DIRECTORY);
                victim.open(A, Mode.WRITE).write(bytes(2 * SECTOR, 2), SECTOR);
                outcomes.add(sectors(victim.crash().content(A)));
            }
            assertTrue(outcomes.containsAll(Set.of("1", "100", "12", "122", "102")), outcomes.toString());
        }

        @Test
        void theSameSeedAndOperationsGiveTheSameDisk() throws Exception {
            for (int seed = 0; seed < 20; seed++) {
                List<String> found = new ArrayList<>();
                for (int run = 0; run < 2; run++) {
                    SimulatedDisk victim = new SimulatedDisk(seed);
                    for (int i = 0; i < 10; i++) {
                        create(victim, DIRECTORY.resolve("f" + i), bytes(5 * SECTOR, i));
                    }
                    SimulatedDisk first = victim.crash();
                    create(first, A, bytes(3 * SECTOR, 7));
                    SimulatedDisk second = first.crash();
                    found.add(contents(first) + contents(second));
                }
                assertEquals(found.get(0), found.get(1));
            }
        }

        @Test
        void namesThatWereNotSyncedMayBeLostEachByItself() throws Exception {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                SimulatedDisk victim = new SimulatedDisk(seed);
                create(victim, A, bytes(1, 1));
                create(victim, B, bytes(1, 1));
                outcomes.add(victim.crash().paths().toString());
            }
            assertEquals(Set.of("[]", "[/data/a]", "[/data/b]", "[/data/a, /data/b]"), outcomes);
        }

        @Test
        void syncedNamesStayAndADeletionMayBeUndone() throws Exception {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                SimulatedDisk victim = new SimulatedDisk(seed);
                create(victim, A, bytes(1, 1));
                create(victim, B, bytes(1, 1));
                victim.syncDirectory(DIRECTORY);
                victim.delete(A);
                outcomes.add(victim.crash().paths().toString());
            }
            assertEquals(Set.of("[/data/b]", "[/data/a, /data/b]"), outcomes);
        }

        @Test
        void aRenameIsWholeAndReplacesInOneStep() throws Exception {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                SimulatedDisk victim = new SimulatedDisk(seed);
                create(victim, A, bytes(1, 1)).force(true);
                victim.syncDirectory(DIRECTORY);
                create(victim, B, bytes(1, 2)).force(true);
                victim.rename(B, A);
                SimulatedDisk found = victim.crash();
                outcomes.add(found.paths() + " " + found.content(A)[0]);
            }
            assertEquals(Set.of("[/data/a] 1", "[/data/a] 2", "[/data/a, /data/b] 1"), outcomes);
        }

        @Test
        void aDiskWithoutPowerDoesNothing() throws Exception {
            StoreFile file = create(disk, A, bytes(1, 1));

            disk.crash();

            assertThrows(IOException.class, () -> file.write(bytes(1, 2), 0));
            assertThrows(IOException.class, () -> file.force(false));
            assertThrows(IOException.class, () -> disk.rename(A, B));
        }

        @Test
        void aProcessCrashLosesNothingButMakesNothingDurable() throws Exception {
            create(disk, A, bytes(SECTOR, 1)).force(true);
            disk.syncDirectory(DIRECTORY);
            disk.open(A, Mode.WRITE).write(bytes(SECTOR, 2), 0);

            SimulatedDisk next = disk.processCrash();

            assertEquals("2", sectors(next.content(A)));
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < 50; seed++) {
                outcomes.add(sectors(
                        next.powerLost(new Random(seed), new SimulatedDisk(0)).content(A)));
            }
            assertTrue(outcomes.contains("1"), outcomes.toString());
        }
    }

    @Nested
    class Space {
        @Test
        void aFullDiskTakesWhatFitsAndDeletingGivesItBack() throws Exception {
            disk.setQuotaBytes(1000);
            create(disk, A, bytes(600, 1));
            assertEquals(400, disk.usableBytes(DIRECTORY));
            StoreFile file = disk.open(B, Mode.CREATE);

            IOException failure = assertThrows(IOException.class, () -> file.write(bytes(500, 2), 0));

            assertTrue(NoSpace.isCauseOf(failure), failure.toString());
            assertEquals(400, disk.content(B).length, "what fits was written");
            assertThrows(IOException.class, () -> disk.open(DIRECTORY.resolve("c"), Mode.CREATE));
            file.write(bytes(400, 3), 0); // needs no space
            assertThrows(IOException.class, () -> file.write(bytes(1, 3), 400));

            disk.delete(A);
            file.write(bytes(500, 4), 400);
            assertEquals(100, disk.usableBytes(DIRECTORY));
            assertEquals(900, disk.bytes());
        }

        @Test
        void theQuotaOutlivesACrashAndTheUsableBytesCanBeFaked() {
            disk.setQuotaBytes(1000);
            disk.put(A, new byte[100]);
            SimulatedDisk next = disk.crash();
            assertEquals(900, next.usableBytes(DIRECTORY));
            next.setUsableBytes(7);
            assertEquals(7, next.usableBytes(DIRECTORY));
            next.setUsableBytes(-1);
            assertEquals(900, next.usableBytes(DIRECTORY));
        }
    }

    @Nested
    class Failures {
        @Test
        void theNthOperationOfAKindFailsAndNoOther() throws Exception {
            StoreFile file = create(disk, A, bytes(10, 1));
            for (Operation operation : List.of(Operation.READ, Operation.WRITE, Operation.FORCE)) {
                disk.failNth(operation, 2, Fault.FAIL);
                act(operation, file);
                assertThrows(IOException.class, () -> act(operation, file), operation.toString());
                act(operation, file);
            }
        }

        @Test
        void everyOperationOfAKindFailsUntilItIsHealed() throws Exception {
            StoreFile file = create(disk, A, bytes(10, 1));
            disk.failAll(Operation.READ, Fault.FAIL);
            for (int i = 0; i < 3; i++) {
                assertThrows(IOException.class, () -> act(Operation.READ, file));
                act(Operation.WRITE, file);
            }
            disk.heal();
            act(Operation.READ, file);
        }

        @Test
        void bytesOfAFailedForceCanBeReadButNeverReachTheDisk() throws Exception {
            StoreFile file = create(disk, A, bytes(SECTOR, 1));
            file.force(true);
            disk.syncDirectory(DIRECTORY);
            file.write(bytes(SECTOR, 2), 0);
            disk.failNth(Operation.FORCE, 1, Fault.FAIL);
            assertThrows(IOException.class, () -> file.force(false));

            file.force(false);

            assertEquals("2", sectors(disk.content(A)));
            assertEquals("1", sectors(disk.crash().content(A)));
        }

        @Test
        void aReadOnlyDiskCanBeReadAndNotChanged() throws Exception {
            StoreFile file = create(disk, A, bytes(10, 1));
            disk.setReadOnly(true);

            assertThrows(IOException.class, () -> disk.open(B, Mode.CREATE));
            assertThrows(IOException.class, () -> file.write(bytes(1, 2), 0));
            assertThrows(IOException.class, () -> disk.rename(A, B));
            assertThrows(IOException.class, () -> disk.delete(A));
            act(Operation.READ, file);
            assertEquals(List.of(A), disk.paths());

            disk.setReadOnly(false);
            disk.delete(A);
            assertFalse(disk.exists(A));
        }

        @Test
        void slowForcesTakeTimeOnlyTheTestKnows() throws Exception {
            long[] nowNs = {0};
            StoreFile file = create(disk, A, bytes(10, 1));
            disk.slowForces(2_000_000_000L, ns -> nowNs[0] += ns);

            file.force(false);
            file.force(true);

            assertEquals(4_000_000_000L, nowNs[0]);
        }

        @Test
        void anyBitCanBeFlippedAndFlippedBack() throws Exception {
            create(disk, A, bytes(1000, 1)).force(true);
            create(disk, B, bytes(10, 1)).force(true);
            disk.syncDirectory(DIRECTORY);
            String before = contents(disk);
            Set<Path> hit = new TreeSet<>();
            for (int i = 0; i < 1000; i++) {
                Flip flip = disk.flipAnywhere();
                hit.add(flip.path());
                assertFalse(contents(disk).equals(before));
                disk.flip(flip);
            }
            assertEquals(Set.of(A, B), hit);
            assertEquals(before, contents(disk));

            Flip lasting = disk.flipAnywhere();
            byte[] damaged = disk.content(lasting.path());
            assertArrayEquals(damaged, disk.crash().content(lasting.path()), "a flipped bit is on the disk too");
        }

        private void act(Operation operation, StoreFile file) throws IOException {
            switch (operation) {
                case READ -> file.read(ByteBuffer.allocate(5), 0);
                case WRITE -> file.write(bytes(5, 3), 0);
                case FORCE -> file.force(false);
                default -> throw new IllegalArgumentException("Expected an operation of a file, but got " + operation);
            }
        }
    }

    private static StoreFile create(SimulatedDisk disk, Path path, ByteBuffer bytes) throws IOException {
        StoreFile file = disk.open(path, Mode.CREATE);
        file.write(bytes, 0);
        return file;
    }

    private static ByteBuffer bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    /** One digit for each sector, t for one that is neither the one nor the other. */
    private static String sectors(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int start = 0; start < bytes.length; start += SECTOR) {
            boolean isWhole = start + SECTOR <= bytes.length && bytes[start] == bytes[start + SECTOR - 1];
            text.append(isWhole ? String.valueOf(bytes[start]) : "t");
        }
        return text.toString();
    }

    private static String contents(SimulatedDisk disk) {
        StringBuilder text = new StringBuilder();
        for (Path path : disk.paths()) {
            text.append(path).append(Arrays.toString(disk.content(path)));
        }
        return text.toString();
    }
}
