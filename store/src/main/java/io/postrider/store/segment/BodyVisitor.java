// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.ByteBuffer;

/** Receives bodies as they are read back. */
@FunctionalInterface
public interface BodyVisitor {
    /**
     * One body, checked.
     *
     * @param encoded only valid during the call
     * @return whether to go on
     */
    boolean body(long offset, ByteBuffer encoded);
}
