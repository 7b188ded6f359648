// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of one dispatcher that want the same messages. A message is evaluated once for each group when it arrives, so the
 * cost of a delivery does not grow with what others have to skip. Owned by the shard's thread.
 */
final class SelectorGroup {
    final @Nullable Selector selector;
    final ReadyQueue ready = new ReadyQueue();
    int consumers;

    SelectorGroup(@Nullable Selector selector) {
        this.selector = selector;
    }

    boolean matches(MessageInspector.@Nullable Fields fields) {
        return selector == null || (fields != null && selector.matches(fields));
    }
}
