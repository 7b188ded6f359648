// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Needs;
import io.postrider.conformance.kit.OutsideProgram;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The disk is full, or fails: nothing confirmed is lost, and a full disk is not the end of the broker. */
@Needs(OutsideProgram.SMALL_DISK)
class FullDiskTest {
    private static final long DISK_BYTES = Long.getLong("disk.mib", 96) << 20;
    private static final int BALLAST_BYTES = 24 << 20;

    @Test
    void everythingConfirmedIsThereAfterAKillOnAFullDisk() throws InterruptedException {
        try (DiskRun run = new DiskRun(DISK_BYTES, BALLAST_BYTES)) {
            run.broker().start();
            run.startProducer();
            run.awaitNothingConfirmed();
            System.out.println("disk: full with " + run.checker().confirmedCount() + " confirmed, "
                    + run.disk().freeBytes() + " bytes free, broker "
                    + (run.broker().isAlive() ? "alive" : "dead"));
            run.killAll();
            run.disk().dropBallast();

            run.broker().start();
            run.startConsumers();

            run.settleAccounts();
        }
    }

    @Test
    @Tag("disk-watermark")
    void aFullDiskIsLeftByConsuming() throws InterruptedException {
        try (DiskRun run = new DiskRun(DISK_BYTES, 0)) {
            run.broker().start();
            run.startProducer();
            run.awaitNothingConfirmed();

            assertTrue(run.broker().isAlive(), "the broker stays up");
            String queues = run.broker()
                    .run(List.of(
                            "queue",
                            "list",
                            "--json",
                            "--data",
                            run.broker().data().toString()));
            assertTrue(queues.contains("disk.a"), queues);

            run.startConsumers();
            run.awaitConfirmed(100);

            run.stopProducers();
            run.settleAccounts();
        }
    }

    @Test
    @Tag("disk-watermark")
    void aBrokerStartsOnAFullDiskAndIsDrained() throws InterruptedException {
        try (DiskRun run = new DiskRun(DISK_BYTES, 0)) {
            run.broker().start();
            run.startProducer();
            run.awaitNothingConfirmed();
            run.broker().kill();

            run.broker().start();
            run.startConsumers();
            run.awaitConfirmed(100);

            run.stopProducers();
            run.settleAccounts();
        }
    }

    @Test
    void everythingConfirmedIsThereAfterTheDiskBecameReadOnly() throws InterruptedException {
        try (DiskRun run = new DiskRun(DISK_BYTES, 0)) {
            run.broker().start();
            run.startProducer();
            run.awaitConfirmed(200);
            run.disk().refuseWrites();
            run.awaitNothingConfirmed();
            run.killAll();
            run.disk().repair();

            run.broker().start();
            run.startConsumers();

            run.settleAccounts();
        }
    }
}
