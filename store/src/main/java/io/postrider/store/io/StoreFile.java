// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One open file. Positional reads and writes may come from any thread; {@link #close} from its owner. */
public interface StoreFile extends AutoCloseable {

    Path path();

    long size() throws IOException;

    /**
     * Reads from a position until the buffer is full or the file ends.
     *
     * @return bytes read, 0 at or past the end
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes everything from position to limit of the buffer; the file grows where needed. Not durable until forced. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Cuts the file to a length; one that is not longer stays as it is. Not durable until forced. */
    void truncate(long bytes) throws IOException;

    /**
     * Makes everything written so far durable.
     *
     * @param withMetadata also what is not needed to read the bytes back, such as times
     */
    void force(boolean withMetadata) throws IOException;

    @Override
    void close() throws IOException;
}
