// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Lengths of files. */
final class FileSizes {
    private FileSizes() {}

    static long of(FileAccess files, Path path) {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            return file.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
