// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import io.postrider.store.dispatch.Dispatcher;
import org.jspecify.annotations.Nullable;

/**
 * A topic subscription that ends with its last consumer. Owned by the shard's thread.
 *
 * @param scope container id that owns the name, or the global scope
 * @param name null for an exclusive one
 * @param publisherLeftOut container id whose messages a no-local subscription leaves out
 */
record VolatileSubscription(
        Dispatcher dispatcher,
        String scope,
        @Nullable String name,
        @Nullable Selector selector,
        boolean noLocal,
        String publisherLeftOut) {

    boolean isShared(String otherScope, @Nullable String otherName) {
        return name != null && name.equals(otherName) && scope.equals(otherScope);
    }

    boolean matches(@Nullable String publisher, MessageInspector.@Nullable Fields fields) {
        if (noLocal && publisherLeftOut.equals(publisher)) {
            return false;
        }
        return selector == null || (fields != null && selector.matches(fields));
    }
}
