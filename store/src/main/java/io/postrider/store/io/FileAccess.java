// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All the file work of the store. Any thread may call every method; each {@link StoreFile} has its own owner.
 *
 * <p>What a call made durable is said per method; nothing else survives a power loss. In particular a file's name is only
 * durable after {@link #syncDirectory} of its directory, and its bytes only after {@link StoreFile#force}.
 */
public interface FileAccess {

    /** How a file is opened. */
    enum Mode {
        /** An existing file, to read only. */
        READ,
        /** An existing file, to read and write. */
        WRITE,
        /** A new and empty file, to read and write; replaces a file of that name. */
        CREATE
    }

    StoreFile open(Path path, Mode mode) throws IOException;

    /** Creates a directory and the missing ones above it, durably. */
    void createDirectories(Path directory) throws IOException;

    boolean exists(Path path);

    /** The files (not directories) of a directory, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    /** Renames within a directory, replacing the target in one step. Durable after {@link #syncDirectory}. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file if it exists. Durable after {@link #syncDirectory}. */
    void delete(Path path) throws IOException;

    /**
     * Bytes this process may still add to the file system of a directory; more than can be had where others write too or quotas
     * apply.
     */
    long usableBytes(Path directory) throws IOException;

    /** Makes creations, renames and deletions in a directory durable. */
    void syncDirectory(Path directory) throws IOException;
}
