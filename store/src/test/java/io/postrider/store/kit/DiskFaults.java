// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Operation;
import io.postrider.store.kit.SimulatedDisk.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Decides which operations of a simulated disk fail, and how. Any thread; the monitor guards the counts. */
final class DiskFaults {
    private static final Set<Operation> CHANGES =
            EnumSet.of(Operation.CREATE, Operation.WRITE, Operation.RENAME, Operation.DELETE);

    private final Map<Operation, Countdown> countdowns = new EnumMap<>(Operation.class);
    private volatile Plan plan = (operation, count, path) -> Fault.NONE;
    private long operations;
    private boolean isReadOnly;
    private boolean isDead;

    /** The operation that fails when {@code left} reaches 0; every later one too if it is lasting. */
    private record Countdown(long left, boolean isLasting, Fault fault) {}

    void plan(Plan next) {
        plan = next;
    }

    synchronized void failAt(Operation operation, long number, boolean isLasting, Fault fault) {
        countdowns.put(operation, new Countdown(number, isLasting, fault));
    }

    synchronized void heal() {
        countdowns.clear();
        isReadOnly = false;
        plan = (operation, count, path) -> Fault.NONE;
    }

    synchronized void setReadOnly(boolean readOnly) {
        isReadOnly = readOnly;
    }

    synchronized long operations() {
        return operations;
    }

    synchronized void die() {
        isDead = true;
    }

    /**
     * Called before each operation, without a lock on the disk: a plan may block.
     *
     * @return what the operation has to do wrong by itself: a force that fails, a write that ends early, or nothing
     */
    Fault before(Operation operation, Path path) throws IOException {
        long count;
        Fault counted;
        synchronized (this) {
            if (isDead) {
                throw new IOException("The power is off");
            }
            if (isReadOnly && CHANGES.contains(operation)) {
                throw new IOException("Read-only file system");
            }
            count = operation == Operation.READ ? 0 : ++operations;
            counted = countDown(operation);
        }
        Fault planned = plan.at(operation, count, path);
        Fault fault = planned == Fault.NONE ? counted : planned;
        switch (fault) {
            case NONE, SHORT_WRITE -> {}
            case FAIL -> {
                if (operation != Operation.FORCE) {
                    throw new IOException("Input/output error");
                }
            }
            case NO_SPACE -> throw noSpace();
            case POWER_LOSS -> {
                die();
                throw new IOException("The power is off");
            }
        }
        return fault;
    }

    private Fault countDown(Operation operation) {
        Countdown countdown = countdowns.get(operation);
        if (countdown == null) {
            return Fault.NONE;
        }
        long left = countdown.left() - 1;
        boolean isDue = left == 0 || (left < 0 && countdown.isLasting());
        countdowns.put(operation, new Countdown(left, countdown.isLasting(), countdown.fault()));
        return isDue ? countdown.fault() : Fault.NONE;
    }

    static IOException noSpace() {
        return new IOException("No space left on device");
    }
}
