// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreLog;
import java.nio.file.Path;

/** Tells the operator, once each, when a journal runs out of disk and when it goes on. Owned by the thread of {@link SegmentFiles}. */
final class SpaceReport {
    private final Path directory;
    private boolean isLacking;

    SpaceReport(Path directory) {
        this.directory = directory;
    }

    void lacking(Exception cause) {
        if (!isLacking) {
            isLacking = true;
            StoreLog.journalLacksSpace(directory, cause);
        }
    }

    /** The journal ends, with or without space. */
    void close() {
        isLacking = false;
    }

    void found() {
        if (isLacking) {
            isLacking = false;
            StoreLog.journalFoundSpace(directory);
        }
    }
}
