// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

/** An entry of the log is intact, but cannot be applied: a defect of this release or of the one that wrote it (rules.md 6). */
public final class PoisonEntryException extends RuntimeException {
    PoisonEntryException(long index, RuntimeException cause) {
        super(
                "Expected to apply entry " + index + " of the log, but " + cause
                        + ". This is a defect: keep a copy of the store and report it. To start without what the entry says,"
                        + " run 'postrider data skip " + index + "'",
                cause);
    }
}
