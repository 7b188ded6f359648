// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

/** A client that keeps working, and coming back, until it is told to stop. */
interface Worker {

    /** Waits until it is connected for the first time. */
    void awaitReady() throws InterruptedException;

    /** Finishes what it began, which needs a running broker, and ends. */
    void stop() throws InterruptedException;
}
