// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Tools for a stopped store: {@link io.postrider.store.tools.StoreVerifier} finds damage, {@link
 * io.postrider.store.tools.StorePrinter} shows what is there. They claim the store like a broker and write nothing.
 */
@NullMarked
package io.postrider.store.tools;

import org.jspecify.annotations.NullMarked;
