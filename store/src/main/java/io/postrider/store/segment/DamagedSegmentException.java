// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.io.IOException;
import java.nio.file.Path;

/** A segment or its index is not as it was written. */
public final class DamagedSegmentException extends IOException {
    private final transient Path file;
    private final long position;
    private final String finding;

    DamagedSegmentException(Path file, long position, String finding) {
        super(finding + " [file=" + file + ", position=" + position + "]");
        this.file = file;
        this.position = position;
        this.finding = finding;
    }

    public Path file() {
        return file;
    }

    public long position() {
        return position;
    }

    public String finding() {
        return finding;
    }
}
