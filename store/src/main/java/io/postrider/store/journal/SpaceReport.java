// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.StoreLog;
import java.nio.file.Path;

/**
 * Tells operator and broker, once each, when a journal runs out of disk and when it goes on. Owned by the thread of {@link
 * SegmentFiles}.
 */
final class SpaceReport {
    private final Path directory;
    private final DiskSpace space;
    private boolean isLacking;

    SpaceReport(Path directory, DiskSpace space) {
        this.directory = directory;
        this.space = space;
    }

    void lacking(Exception cause) {
        if (!isLacking) {
            isLacking = true;
            StoreLog.journalLacksSpace(directory, cause);
            space.shortage();
        }
    }

    void found() {
        if (isLacking) {
            StoreLog.journalFoundSpace(directory);
            close();
        }
    }

    /** The journal ends, with or without space. */
    void close() {
        if (isLacking) {
            isLacking = false;
            space.shortageOver();
        }
    }
}
