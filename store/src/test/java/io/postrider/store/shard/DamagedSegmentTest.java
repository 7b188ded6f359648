// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message whose bytes in a segment are damaged holds up its own queue, until an operator purges it; nothing else. */
class DamagedSegmentTest {
    private static final int COUNT = 100;

    @TempDir
    Path directory;

    private static String[] bodies(String queue) {
        return IntStream.range(0, COUNT)
                .mapToObj(i -> queue + " " + i + " " + "x".repeat(200))
                .toArray(String[]::new);
    }

    private void writeStore() {
        try (BrokerOnFiles broker = new BrokerOnFiles(directory, 8_000)) {
            broker.send("bad", AddressKind.QUEUE, bodies("bad"));
            broker.send("good", AddressKind.QUEUE, bodies("good"));
            Awaitility.await().until(() -> broker.broker().admin().stats().checkpoints() > 1);
        }
    }

    /** Damages the first message of the queue, which is in a segment. */
    private void damage() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".bodies")).toList()) {
                String content = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
                int at = content.indexOf("bad 0 xxx");
                if (at >= 0) {
                    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                        bytes.seek(at + 10);
                        bytes.write('y');
                    }
                    return;
                }
            }
        }
        throw new IllegalStateException("Expected the first message to be in a segment");
    }

    @Test
    void theOtherQueuesAreServedAndAPurgeSetsItsOwnFree() throws IOException {
        writeStore();
        damage();

        try (BrokerOnFiles broker = new BrokerOnFiles(directory, 8_000)) {
            Runnable waiting = broker.attach("bad", 10);
            Awaitility.await().until(() -> broker.checkpoints().damages().size() == 1);

            assertEquals(List.of(bodies("good")), broker.take("good", COUNT));
            broker.send("good", AddressKind.QUEUE, bodies("more"));
            assertEquals(List.of(bodies("more")), broker.take("good", COUNT));
            assertNull(broker.broker().failure());
            assertTrue(broker.broker().admin().stats().checkpoints() > 0, "its checkpoints go on");
            waiting.run();
            assertTrue(broker.drains("bad"), "who drains is answered");

            long purged = BrokerOnFiles.get(reply -> broker.broker().admin().purge(AddressKey.of("bad"), reply));
            assertEquals(COUNT, purged);
            broker.send("bad", AddressKind.QUEUE, "new");
            assertEquals(List.of("new"), broker.take("bad", 1));
            assertNull(broker.broker().failure());
        }
    }
}
