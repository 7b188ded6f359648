// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A checkpoint whose files stay while later ones come into force. Immutable; any thread may read the files and {@link #close} it.
 *
 * @param number of the checkpoint; 0 if there is none, then there are no files
 * @param index log index of the checkpoint
 * @param manifest its encoded manifest, which is not among the files
 * @param files the files it names; each counts up to its length, which does not change, and may be longer
 */
public record CheckpointHold(long number, long index, ByteBuffer manifest, List<HeldFile> files, Runnable release)
        implements AutoCloseable {
    /** One file and how many of its bytes count. */
    public record HeldFile(Path path, long bytes) {}

    public CheckpointHold {
        files = List.copyOf(files);
    }

    /** The next checkpoint deletes what is not needed any more. */
    @Override
    public void close() {
        release.run();
    }
}
