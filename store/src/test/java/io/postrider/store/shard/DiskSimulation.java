// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Message;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Flip;
import io.postrider.store.kit.SimulatedDisk.Operation;
import io.postrider.store.shard.DiskPromises.Copy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run of the whole store over a simulated disk: several lives of a broker, each ended by a power loss, a failing operation, a full
 * disk or a proper stop; then bits are flipped. The journal's threads are real, so a seed repeats what is done, not when.
 */
final class DiskSimulation {
    private static final Operation[] FAILING = {
        Operation.WRITE, Operation.FORCE, Operation.READ, Operation.RENAME, Operation.CREATE
    };

    private final Random random;
    private final DiskPromises promises;
    private SimulatedDisk disk;
    private boolean isFull;
    private int nextNumber;
    private long nowMs = 1_000_000;

    DiskSimulation(long seed) {
        random = new Random(seed);
        promises = new DiskPromises(seed);
        disk = new SimulatedDisk(seed);
    }

    void run() {
        int lives = 2 + random.nextInt(4);
        for (int i = 0; i < lives; i++) {
            live();
        }
        stopProperly();
        Set<Copy> left = contents(disk.fork());
        flipBits(left);
        promises.complete(left);
        if (promises.isRetaining()) {
            promises.rewound();
            promises.retained(contents(disk.fork(), true));
        }
    }

    private long memory() {
        return random.nextBoolean() ? 1 + random.nextInt(500) : 1 << 20;
    }

    /** One life and how it ends. */
    private void live() {
        promises.restarted();
        DiskBroker broker = DiskBroker.open(disk, promises, memory(), nowMs);
        Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
        boolean goesOn = broker.prepare();
        if (goesOn) {
            ending.arrange(this);
            int steps = 10 + random.nextInt(50);
            for (int i = 0; i < steps && goesOn; i++) {
                goesOn = step(broker);
            }
        }
        DiskPromises.check(broker.damages().isEmpty(), "NoDamageByItself", broker.damages());
        boolean isProper = ending == Ending.STOP && goesOn;
        nowMs = broker.nowMs() + 10;
        if (isProper) {
            broker.end(true);
            return;
        }
        SimulatedDisk found = ending == Ending.KILL || random.nextInt(4) == 0 ? disk.processCrash() : disk.crash();
        broker.end(false);
        disk = found;
        disk.setQuotaBytes(Long.MAX_VALUE);
        isFull = false;
    }

    /** What brings a life to its end. */
    private enum Ending {
        STOP,
        KILL,
        POWER,
        POWER_AT_AN_OPERATION,
        FAILING_OPERATION,
        FULL;

        void arrange(DiskSimulation run) {
            switch (this) {
                case STOP, KILL, POWER -> {}
                case POWER_AT_AN_OPERATION ->
                    run.disk.failAt(run.disk.operations() + 1 + run.random.nextInt(80), Fault.POWER_LOSS);
                case FAILING_OPERATION ->
                    run.disk.failNth(
                            FAILING[run.random.nextInt(FAILING.length)],
                            1 + run.random.nextInt(20),
                            run.random.nextBoolean() ? Fault.FAIL : Fault.SHORT_WRITE);
                case FULL -> {
                    run.isFull = true;
                    run.disk.setQuotaBytes(run.disk.bytes() + run.random.nextInt(40_000));
                }
            }
        }
    }

    private boolean step(DiskBroker broker) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                for (int i = random.nextInt(12); i >= 0; i--) {
                    broker.publish(nextNumber++, random.nextInt(3) == 0, random.nextInt(12) == 0);
                }
            }
            case 3, 4 -> broker.receivers.values().forEach(receiver -> receiver.allow(random.nextInt(12)));
            case 5 -> broker.receivers.values().forEach(this::settleSome);
            case 6 -> broker.passTime(random.nextInt(4000));
            default -> {
                return answersCome(broker);
            }
        }
        broker.turn();
        return broker.failure() == null;
    }

    /** Waits for every answer. While the disk is full there may be none; then there is room again, or the life goes on without them. */
    private boolean answersCome(DiskBroker broker) {
        if (isFull) {
            if (random.nextBoolean()) {
                broker.turn();
                return broker.failure() == null;
            }
            disk.setQuotaBytes(Long.MAX_VALUE);
            isFull = false;
        }
        return broker.settleDown();
    }

    private void settleSome(DiskBroker.Receiver receiver) {
        for (long id : List.copyOf(receiver.held.keySet())) {
            if (random.nextInt(3) > 0) {
                Outcome outcome = switch (random.nextInt(10)) {
                    case 0 -> Outcome.RELEASED;
                    case 1 -> Outcome.FAILED;
                    default -> Outcome.ACCEPTED;
                };
                receiver.settle(id, outcome);
            }
        }
    }

    private void stopProperly() {
        promises.restarted();
        DiskBroker broker = DiskBroker.open(disk, promises, memory(), nowMs);
        DiskPromises.check(broker.prepare(), "AHealthyDiskServes", broker.failure());
        broker.end(true);
    }

    /** Everything that is on a disk, exactly once. Nothing is changed there. */
    private Set<Copy> contents(SimulatedDisk copy) {
        return contents(copy, false);
    }

    private Set<Copy> contents(SimulatedDisk copy, boolean isRewound) {
        promises.restarted();
        Set<Copy> found = new HashSet<>();
        DiskBroker broker = DiskBroker.open(copy, promises, memory(), nowMs);
        try {
            if (!broker.prepare() || (isRewound && !broker.rewind())) {
                throw new Refused(broker.failure());
            }
            for (DiskBroker.Receiver receiver : broker.receivers.values()) {
                collect(broker, receiver, found);
            }
        } finally {
            copy.crash();
            broker.end(false);
        }
        return found;
    }

    private static void collect(DiskBroker broker, DiskBroker.Receiver receiver, Set<Copy> found) {
        long depth = broker.depth(receiver.outlet);
        receiver.allow(depth + 1);
        if (!broker.await(() -> receiver.held.size() >= depth)) {
            throw new Refused(broker.failure());
        }
        for (long id : receiver.held.keySet()) {
            found.add(receiver.copy(id));
            Message message = receiver.held.get(id);
            if (message != null) {
                receiver.readBack(message);
            }
        }
        if (!broker.settleDown()) {
            throw new Refused(broker.failure());
        }
    }

    /** The store said that it cannot be trusted. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(@Nullable Throwable cause) {
            super(cause);
        }
    }

    /** A store in which one bit is wrong has all that it had, or says which file is damaged. */
    private void flipBits(Set<Copy> expected) {
        List<Flip> flips = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SimulatedDisk copy = disk.fork();
            Flip flip = copy.flipAnywhere();
            flips.add(flip);
            try {
                Set<Copy> found = contents(copy);
                DiskPromises.check(found.equals(expected), "AFlippedBitIsFound", flip + difference(expected, found));
            } catch (RuntimeException refusal) {
                String text = texts(refusal);
                DiskPromises.check(
                        text.contains(String.valueOf(flip.path().getFileName())),
                        "ARefusalNamesTheFile",
                        flip + " " + text);
            }
        }
    }

    private static String difference(Set<Copy> expected, Set<Copy> found) {
        Set<Copy> missing = new HashSet<>(expected);
        missing.removeAll(found);
        Set<Copy> surplus = new HashSet<>(found);
        surplus.removeAll(expected);
        return " missing=" + missing + " surplus=" + surplus;
    }

    private static String texts(Throwable refusal) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            text.append(cause).append(' ');
        }
        return text.toString();
    }
}
