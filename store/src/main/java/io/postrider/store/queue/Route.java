// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Where messages of an address go on to. Derived from the forward rules and wildcard topics, never stored.
 *
 * @param selector only what it matches goes on; null for everything
 * @param isMove whether what goes on does not stay
 */
public record Route(AddressState target, @Nullable Selector selector, boolean isMove) {}
