// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.machine.Result;

/** Learns what became of a proposed command. Called on the shard's thread, once it is committed and applied. */
interface Completion {
    void applied(long token, Result result);
}
