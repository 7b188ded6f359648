// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * JMS message selectors (Jakarta Messaging 3.1 §3.8.1): parsed when a consumer is created, evaluated per message. Start
 * at {@link io.postrider.api.selector.Selector}; the text becomes tokens in {@code SelectorLexer}, the tokens a tree in
 * {@code SelectorParser}, and each node of the tree ({@code Expression}) evaluates itself.
 */
@NullMarked
package io.postrider.api.selector;

import org.jspecify.annotations.NullMarked;
