// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

/** Counts the settlements a caller waits for. Guarded by the connection's lock. */
final class Confirmation {
    private int open;

    Confirmation(int count) {
        open = count;
    }

    void countDown() {
        open--;
    }

    boolean isComplete() {
        return open <= 0;
    }
}
