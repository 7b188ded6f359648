// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;

/** A message that is still wanted when a checkpoint is taken and is in no body segment yet. Immutable; any thread. */
public interface Survivor {
    int addressId();

    long offset();

    /** Bytes that {@link #encodeTo} will put. */
    int encodedLength();

    void encodeTo(ByteBuffer target);
}
