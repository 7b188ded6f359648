// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.io.StoreLock;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a store keeps what. Immutable.
 *
 * @param directory the data directory
 * @param journal the directory of the journal
 * @param checkpoints the directory of the checkpoints
 */
public record StoreLayout(Path directory, Path journal, Path checkpoints, int shard) {
    /** The layout of the broker's data directory. */
    public static StoreLayout of(Path directory) {
        return new StoreLayout(directory, directory.resolve("journal"), directory.resolve("checkpoints"), 0);
    }

    /**
     * Claims the store, as a broker does.
     *
     * @throws io.postrider.store.io.StoreLockedException if a broker has it open
     */
    StoreLock lock() {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    "Expected a store, but there is no directory [directory=" + directory + "]");
        }
        return StoreLock.acquire(directory);
    }
}
