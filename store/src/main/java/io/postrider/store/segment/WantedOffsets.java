// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/** Which offsets of one log are still wanted, at one moment. Immutable; any thread. */
public interface WantedOffsets {
    boolean contains(long offset);

    /** How many are wanted from the first to the last, both included. */
    long count(long first, long last);
}
