// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.JournalException;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.CommitRecorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small log, fresh and with recycled segments, is damaged at every byte in turn and opened again. What comes back is the exact
 * sequence of confirmed entries, or a refusal that names file and position; after a cut at the end, which looks like a torn write, a
 * prefix of them.
 */
class LogDamageTest {
    private static final JournalSettings SETTINGS = JournalSettings.DEFAULT.withSegmentBytes(1024);

    @TempDir
    Path directory;

    private Path intact() {
        return directory.resolve("intact");
    }

    /** Writes entries one batch at a time and closes in order. Returns the first index that must come back. */
    private long write(int count, boolean isRecycling) throws InterruptedException, TimeoutException {
        CommitRecorder recorder = new CommitRecorder();
        long released = 0;
        try (LocalShardLog log = LocalShardLog.open(new RealFiles(), intact(), SETTINGS)) {
            log.replay(0, (index, bytes) -> {});
            log.start(recorder);
            for (int i = 1; i <= count; i++) {
                long index = log.append(ByteBuffer.wrap(text(i).getBytes(StandardCharsets.UTF_8)));
                recorder.await(index);
                if (isRecycling && i == count - 8) {
                    released = i;
                    log.release(i);
                }
            }
        }
        return released;
    }

    private static String text(long index) {
        return "entry " + index + " " + "x".repeat((int) (index % 7) * 10);
    }

    private List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path copy() throws IOException {
        Path copy = directory.resolve("copy");
        if (Files.exists(copy)) {
            for (Path file : files(copy)) {
                Files.delete(file);
            }
        }
        Files.createDirectories(copy);
        for (Path file : files(intact())) {
            Files.copy(file, copy.resolve(intact().relativize(file)), StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /** Entries that come back, or null for a refusal that says where. */
    private static List<String> reopen(Path copy, long after, String what) {
        List<String> entries = new ArrayList<>();
        try (LocalShardLog log = LocalShardLog.open(new RealFiles(), copy, SETTINGS)) {
            log.replay(after, (index, bytes) -> {
                byte[] text = new byte[bytes.remaining()];
                bytes.get(text);
                entries.add(new String(text, StandardCharsets.UTF_8));
            });
            log.start(new CommitRecorder());
            return entries;
        } catch (JournalException e) {
            String text = String.valueOf(e.getMessage());
            assertTrue(
                    text.contains(".") && text.matches("(?s).*\\d.*"), what + ": a refusal that says where: " + text);
            return null;
        }
    }

    private void damageEverywhere(long after, int last) throws IOException {
        List<String> all = new ArrayList<>();
        for (long index = after + 1; index <= last; index++) {
            all.add(text(index));
        }
        assertEquals(all, reopen(copy(), after, "intact"));
        int refused = 0;
        int whole = 0;
        for (Path file : files(intact())) {
            byte[] bytes = Files.readAllBytes(file);
            for (int position = 0; position < bytes.length; position++) {
                String what = file.getFileName() + " flipped at " + position;
                Path copy = copy();
                byte[] flipped = bytes.clone();
                flipped[position] = (byte) (flipped[position] ^ (1 << (position % 8)));
                Files.write(copy.resolve(intact().relativize(file)), flipped);
                List<String> back = reopen(copy, after, what);
                if (back == null) {
                    refused++;
                } else {
                    assertEquals(all, back, what);
                    whole++;
                }
            }
            for (int length = 0; length < bytes.length; length++) {
                String what = file.getFileName() + " cut at " + length;
                Path copy = copy();
                Files.write(copy.resolve(intact().relativize(file)), java.util.Arrays.copyOf(bytes, length));
                List<String> back = reopen(copy, after, what);
                if (back != null) {
                    assertTrue(back.size() <= all.size(), what);
                    assertEquals(all.subList(0, back.size()), back, what);
                }
            }
        }
        assertTrue(refused > 0 && whole > 0, "both happen: " + refused + " refused, " + whole + " whole");
    }

    @Test
    void freshLogComesBackExactlyOrIsRefused() throws Exception {
        long after = write(20, false);

        damageEverywhere(after, 20);
    }

    @Test
    void recycledLogComesBackExactlyOrIsRefused() throws Exception {
        long after = write(60, true);

        damageEverywhere(after, 60);
    }
}
