// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import java.util.BitSet;

/** Which orders a service has processed, and how often it saw one again. Any thread. */
final class Tally {
    private final BitSet seen = new BitSet();
    private int duplicates;

    /** Returns whether the order is new. */
    synchronized boolean add(int order) {
        if (seen.get(order)) {
            duplicates++;
            return false;
        }
        seen.set(order);
        return true;
    }

    synchronized int count() {
        return seen.cardinality();
    }

    synchronized int duplicates() {
        return duplicates;
    }
}
