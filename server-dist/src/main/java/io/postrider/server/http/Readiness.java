// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

/** How far the process has come, for probes. Any thread. */
public final class Readiness {
    /** In this order, each at most once. */
    public enum State {
        STARTING,
        READY,
        STOPPING
    }

    private volatile State state = State.STARTING;

    public State state() {
        return state;
    }

    public void become(State next) {
        state = next;
    }
}
