// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import java.util.random.RandomGenerator;

/** A simulated disk whose copies and remains are of its own kind, with the chances of a power loss given by the test. Any thread. */
public final class FaultyFiles extends SimulatedDisk {
    public FaultyFiles() {
        super(0);
    }

    /** See {@link #fork}. */
    public FaultyFiles copy() {
        return copied(new FaultyFiles());
    }

    /** See {@link #processCrash}. */
    public FaultyFiles afterProcessCrash() {
        return processEnded(new FaultyFiles());
    }

    /** See {@link #crash}. */
    public FaultyFiles powerLoss(RandomGenerator random) {
        return powerLost(random, new FaultyFiles());
    }
}
