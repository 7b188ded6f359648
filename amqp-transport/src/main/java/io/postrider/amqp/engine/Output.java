// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;

/** Where an engine's bytes go. Called on the connection's event loop. */
public interface Output {
    /**
     * Lends a buffer to write into, big endian.
     *
     * @param bytesMin at least this much remains in it
     */
    ByteBuffer take(int bytesMin);

    /** Takes a lent buffer back: what was put into it goes out after everything given back before. */
    void give(ByteBuffer buffer);

    /** Whether the socket keeps up; if not, deliveries wait. */
    boolean isWritable();
}
