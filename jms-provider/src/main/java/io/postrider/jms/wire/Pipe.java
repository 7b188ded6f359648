// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import java.io.IOException;

/** Bytes to and from a broker. One thread reads, one writes at a time, any closes. */
interface Pipe {
    /** A name for the reader thread. */
    String localName();

    /**
     * Waits for bytes.
     *
     * @param timeoutMs 0 waits for ever
     * @return bytes read, 0 if the time ran out, -1 at the end
     */
    int read(byte[] buffer, int timeoutMs) throws IOException;

    /** Returns when the bytes are with the operating system, so that the array may be used again. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    void close() throws IOException;
}
