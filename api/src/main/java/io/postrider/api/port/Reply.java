// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.error.Rejection;

/**
 * Receives the answer to a request, exactly once, possibly before the request call returns and possibly on another
 * thread: whoever implements it hands over to its own thread.
 */
public interface Reply<T> {
    void ok(T value);

    void rejected(Rejection rejection);
}
