// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.OperatorHttp;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments of an online backup: what is in the directory is a whole backup, the former one or the new one, or
 * {@code restore} says that there is none; and the next backup into it succeeds.
 *
 * <p>{@code -Dbackup.kill.rounds=N} asks for more, {@code -Dbackup.kill.seed=N} repeats one run.
 */
class BackupKillTest {
    private static final int ROUNDS = Integer.getInteger("backup.kill.rounds", 4);
    private static final long SEED = Long.getLong("backup.kill.seed", System.nanoTime());
    private static final int MESSAGES = 300;
    private static final int FILLER_BYTES = 16 * 1024;
    private static final long KILL_WITHIN_MS = 60;

    @TempDir
    Path directory;

    private long sent;
    private int number;

    @Test
    void aBackupCutShortIsTheFormerOneOrSaysThatThereIsNone() throws IOException, InterruptedException {
        System.out.println("backup: -Dbackup.kill.seed=" + SEED);
        Random random = new Random(SEED);
        Path backup = directory.resolve("backup");
        long complete = -1;
        try (BrokerUnderTest broker = broker().start()) {
            for (int round = 0; round < ROUNDS; round++) {
                send(broker);
                begin(broker, backup);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(KILL_WITHIN_MS) * random.nextInt(1000) / 1000);
                broker.kill();

                complete = restoreAfterKill(backup, complete);

                broker.start();
                if (random.nextBoolean() || round == ROUNDS - 1) {
                    begin(broker, backup);
                    OperatorHttp http = new OperatorHttp(broker);
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> !http.get("/api/v1/backup").contains("running"));
                    String status = http.get("/api/v1/backup");
                    assertTrue(status.contains("done"), status);
                    complete = messages(restore(backup));
                    assertEquals(sent, complete, "a backup that is done holds all that was confirmed before");
                }
            }
        }
    }

    /** How many messages the backup holds, -1 if there is none. */
    private long restoreAfterKill(Path backup, long former) throws IOException, InterruptedException {
        Path data = next("restored");
        String said = restore(backup, data);
        if (said.isEmpty()) {
            long found = messages(data);
            System.out.println("backup: killed; restored " + found + " of " + sent + ", former backup " + former);
            assertTrue(
                    found == former || found == sent,
                    "Expected the former backup, " + former + ", or the new one, " + sent + ", but found " + found);
            return found;
        }
        System.out.println("backup: killed; " + said);
        assertEquals(-1, former, "a former backup stays whole, but " + said);
        assertTrue(said.contains("Expected a backup, but there is no"), said);
        return -1;
    }

    private static BrokerUnderTest broker() {
        return BrokerUnderTest.named("backup")
                .with("journal.segment-bytes", "1MiB")
                .with("checkpoint.trigger-bytes", "3MiB");
    }

    private static void begin(BrokerUnderTest broker, Path backup) {
        new OperatorHttp(broker).post("/api/v1/backup", "{\"directory\":\"" + backup + "\"}");
    }

    private void send(BrokerUnderTest broker) {
        try (JMSContext context =
                new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()).createContext()) {
            JMSProducer producer = context.createProducer().setProperty("filler", "f".repeat(FILLER_BYTES));
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(context.createQueue("backup." + i % 3), "message " + sent);
                sent++;
            }
        }
    }

    private Path restore(Path backup) throws IOException, InterruptedException {
        Path data = next("restored");
        assertEquals("", restore(backup, data));
        return data;
    }

    /** Returns what a refusal says; empty if it was restored, and verified. */
    private String restore(Path backup, Path data) throws IOException, InterruptedException {
        Path output = next("restore.txt");
        Process process = new ProcessBuilder(
                        launcher(), "restore", "--from", backup.toString(), "--data", data.toString(), "--verify")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "a restore ends");
        return process.exitValue() == 0 ? "" : Files.readString(output).strip();
    }

    private long messages(Path data) throws IOException, InterruptedException {
        Path export = next("export.json");
        Path output = next("export.txt");
        Process process = new ProcessBuilder(
                        List.of(launcher(), "data", "export", "--data", data.toString(), "--to", export.toString()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "an export ends");
        assertEquals(0, process.exitValue(), Files.readString(output));
        try (Stream<String> lines = Files.lines(export)) {
            return lines.count();
        }
    }

    private Path next(String name) {
        return directory.resolve(number++ + "-" + name);
    }

    private static String launcher() {
        return BrokerUnderTest.HOME.resolve("bin/postrider").toString();
    }
}
