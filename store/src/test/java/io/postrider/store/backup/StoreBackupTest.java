// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKind;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.io.StoreFile;
import io.postrider.store.shard.BrokerOnFiles;
import io.postrider.store.tools.StoreCompaction;
import io.postrider.store.tools.StoreLayout;
import io.postrider.store.tools.StoreVerifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup taken while the broker serves holds what was confirmed before; restored, it is a store with exactly that and a little more. */
class StoreBackupTest {
    private static final RealFiles FILES = new RealFiles();
    private static final long CHECKPOINT_BYTES = 8_000;

    @TempDir
    Path directory;

    private Path data;
    private Path target;

    @BeforeEach
    void directories() {
        data = directory.resolve("data");
        target = directory.resolve("backup");
    }

    private BrokerOnFiles open(Path store) throws IOException {
        Files.createDirectories(store);
        return new BrokerOnFiles(store, CHECKPOINT_BYTES);
    }

    private StoreBackup backup(BrokerOnFiles broker, FileAccess files) {
        return new StoreBackup(
                files,
                data,
                broker.checkpoints(),
                broker.log(),
                broker.broker()::betweenCheckpoints,
                Clock.systemUTC());
    }

    private static String body(int i) {
        return "order " + i + "x".repeat(200);
    }

    private static String[] bodies(int from, int to) {
        String[] bodies = new String[to - from];
        for (int i = from; i < to; i++) {
            bodies[i - from] = body(i);
        }
        return bodies;
    }

    private Path restore(String name) {
        Path restored = directory.resolve(name);
        StoreRestore.run(FILES, target, restored, BrokerOnFiles.JOURNAL, StoreBackupTest::verify);
        return restored;
    }

    private static void verify(StoreLayout layout) {
        assertEquals(
                List.of(),
                StoreVerifier.verify(FILES, layout, StoreVerifier.EntryCheck.NONE)
                        .findings());
    }

    @Test
    void whatWasConfirmedBeforeIsThereAfterARestore() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            broker.send("orders", AddressKind.QUEUE, bodies(0, 150));
            broker.take("orders", 50);

            StoreBackup.Result result = backup(broker, FILES).take(target);

            assertEquals(result.bytes(), result.bytesCopied());
            broker.send("orders", AddressKind.QUEUE, "too late");
        }

        Path restored = restore("restored");

        try (BrokerOnFiles broker = open(restored)) {
            broker.send("orders", AddressKind.QUEUE, "new");
            List<String> found = broker.take("orders", 101);
            assertEquals(List.of(bodies(50, 150)), found.subList(0, 100));
            assertEquals("new", found.get(100));
        }
    }

    @Test
    void anEmptyStoreAndOneWithoutEntriesAfterItsCheckpointCanBeRestored() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            backup(broker, FILES).take(target);
        }

        try (BrokerOnFiles broker = open(restore("restored"))) {
            broker.send("orders", AddressKind.QUEUE, "first");
            assertEquals(List.of("first"), broker.take("orders", 1));
        }
    }

    @Test
    void backupsUnderLoadHoldEveryMessageConfirmedBefore() throws Exception {
        AtomicInteger confirmed = new AtomicInteger();
        AtomicBoolean isDone = new AtomicBoolean();
        List<Integer> before = new ArrayList<>();
        try (BrokerOnFiles broker = open(data)) {
            Thread sender = new Thread(() -> {
                for (int i = 0; !isDone.get(); i += 10) {
                    broker.send("orders", AddressKind.QUEUE, bodies(i, i + 10));
                    confirmed.set(i + 10);
                }
            });
            sender.start();
            StoreBackup backup = backup(broker, FILES);
            for (int i = 1; i <= 5; i++) {
                while (confirmed.get() < i * 100) {
                    Thread.onSpinWait();
                }
                before.add(confirmed.get());
                backup.take(target);
            }
            isDone.set(true);
            sender.join();
        }

        int expected = before.get(4);
        try (BrokerOnFiles broker = open(restore("restored"))) {
            assertEquals(List.of(bodies(0, expected)), broker.take("orders", expected));
        }
    }

    @Test
    void aSecondBackupCopiesOnlyWhatIsNew() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            broker.send("orders", AddressKind.QUEUE, bodies(0, 1_000));
        }
        StoreCompaction.run(FILES, StoreLayout.of(data), message -> identifier -> null, 16 * 1024);
        try (BrokerOnFiles broker = new BrokerOnFiles(data, Long.MAX_VALUE)) {
            StoreBackup backup = backup(broker, FILES);
            StoreBackup.Result first = backup.take(target);
            broker.send("orders", AddressKind.QUEUE, bodies(1_000, 1_010));

            StoreBackup.Result second = backup.take(target);

            assertTrue(
                    second.bytesCopied() < 10_000 && first.bytesCopied() > 200_000,
                    () -> second.bytesCopied() + " copied after " + first.bytesCopied());
            assertTrue(second.index() > first.index());
        }

        try (BrokerOnFiles broker = open(restore("restored"))) {
            assertEquals(List.of(bodies(0, 1_010)), broker.take("orders", 1_010));
        }
    }

    @Test
    void aDamagedBackupIsRefusedAndNamesTheFile() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            broker.send("orders", AddressKind.QUEUE, bodies(0, 100));
            backup(broker, FILES).take(target);
        }
        int refused = 0;
        for (Path file : FILES.list(target)) {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length == 0) {
                continue;
            }
            byte[] damaged = bytes.clone();
            damaged[bytes.length / 2] ^= 1;
            Files.write(file, damaged);

            BackupException flipped = assertThrows(BackupException.class, () -> restore("never"));
            assertTrue(String.valueOf(flipped.getMessage()).contains(file.toString()), flipped::getMessage);
            deleteUnfinished();
            Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
            BackupException cut = assertThrows(BackupException.class, () -> restore("never"));
            assertTrue(String.valueOf(cut.getMessage()).contains(file.toString()), cut::getMessage);
            deleteUnfinished();
            Files.write(file, bytes);
            refused++;
        }
        assertTrue(refused >= 3, refused + " files");
        assertFalse(Files.exists(directory.resolve("never")));
        restore("restored");
    }

    private void deleteUnfinished() throws IOException {
        Path unfinished = directory.resolve("never.restoring");
        if (!Files.exists(unfinished)) {
            return;
        }
        try (Stream<Path> all = Files.walk(unfinished)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void aBackupThatEndsAnywhereLeavesTheFormerOneUsable() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            broker.send("orders", AddressKind.QUEUE, bodies(0, 100));
            backup(broker, FILES).take(target);
            int operations = 0;
            boolean isTaken = false;
            while (!isTaken) {
                broker.send("orders", AddressKind.QUEUE, bodies(100 + operations * 10, 110 + operations * 10));
                StoppingFiles stopping = new StoppingFiles(operations++);
                try {
                    backup(broker, stopping).take(target);
                    isTaken = true;
                } catch (BackupException e) {
                    Path restored = restore("after-" + operations);
                    try (BrokerOnFiles again = open(restored)) {
                        assertEquals(List.of(bodies(0, 100)), again.take("orders", 100));
                    }
                }
            }
            assertTrue(operations > 10, operations + " operations");
        }
    }

    @Test
    void twoHistoriesAreNeverMixed() throws IOException {
        try (BrokerOnFiles broker = open(data)) {
            broker.send("orders", AddressKind.QUEUE, bodies(0, 10));
            backup(broker, FILES).take(target);
        }
        data = restore("restored");
        try (BrokerOnFiles broker = open(data)) {
            BackupException refused = assertThrows(
                    BackupException.class, () -> backup(broker, FILES).take(target));

            assertTrue(String.valueOf(refused.getMessage()).contains("restored"), refused::getMessage);
        }
    }

    @Test
    void directoriesInUseAreRefused() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("letters.txt"), "mine");
        try (BrokerOnFiles broker = open(data)) {
            assertThrows(BackupException.class, () -> backup(broker, FILES).take(target));
            Files.delete(target.resolve("letters.txt"));
            backup(broker, FILES).take(target);
        }

        assertThrows(
                BackupException.class,
                () -> StoreRestore.run(FILES, target, data, BrokerOnFiles.JOURNAL, StoreBackupTest::verify));
    }

    /** Does nothing any more after some changes, as after {@code kill -9}. */
    private static final class StoppingFiles implements FileAccess {
        private int left;

        StoppingFiles(int operations) {
            left = operations;
        }

        private void change() throws IOException {
            if (left-- <= 0) {
                throw new IOException("stopped");
            }
        }

        @Override
        public StoreFile open(Path path, Mode mode) throws IOException {
            if (mode == Mode.CREATE) {
                change();
            }
            return new StoppingFile(FILES.open(path, mode));
        }

        @Override
        public void createDirectories(Path path) throws IOException {
            FILES.createDirectories(path);
        }

        @Override
        public boolean exists(Path path) {
            return FILES.exists(path);
        }

        @Override
        public List<Path> list(Path path) throws IOException {
            return FILES.list(path);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            change();
            FILES.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            FILES.delete(path);
        }

        @Override
        public long usableBytes(Path path) throws IOException {
            return FILES.usableBytes(path);
        }

        @Override
        public void syncDirectory(Path path) throws IOException {
            FILES.syncDirectory(path);
        }

        private final class StoppingFile implements StoreFile {
            private final StoreFile file;

            StoppingFile(StoreFile file) {
                this.file = file;
            }

            @Override
            public Path path() {
                return file.path();
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public int read(ByteBuffer buffer, long position) throws IOException {
                return file.read(buffer, position);
            }

            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                change();
                file.write(source, position);
            }

            @Override
            public void truncate(long bytes) throws IOException {
                change();
                file.truncate(bytes);
            }

            @Override
            public void force(boolean withMetadata) throws IOException {
                file.force(withMetadata);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
