// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/** Numbers the consumers of a shard since its start, for operators. Owned by the shard's thread. */
public final class ConsumerIds {
    private long last;

    long next() {
        return ++last;
    }
}
