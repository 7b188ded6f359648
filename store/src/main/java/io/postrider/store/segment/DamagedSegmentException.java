// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.Damage;
import java.io.IOException;
import java.nio.file.Path;

/** A segment or its index is not as it was written. */
public final class DamagedSegmentException extends IOException {
    private final transient Damage damage;

    private DamagedSegmentException(Damage damage) {
        super(damage.toString());
        this.damage = damage;
    }

    /** Of a header, an index or the length of a file: what a start checks. */
    DamagedSegmentException(Path file, long position, String finding) {
        this(Damage.preventingStart(file, position, finding));
    }

    /** Of bytes that hold messages, which a start does not read. */
    static DamagedSegmentException ofBodies(Path file, long position, String finding) {
        return new DamagedSegmentException(new Damage(
                file,
                position,
                finding,
                "The broker starts, but cannot deliver the messages there: their queue stands still at the first of them,"
                        + " the others are served.",
                "Restore this store from a copy, or purge that queue; keep the files for analysis."));
    }

    public Damage damage() {
        return damage;
    }
}
