// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Tools for a stopped store: {@link io.postrider.store.tools.StoreVerifier} finds damage, {@link
 * io.postrider.store.tools.StorePrinter} shows what is there, {@link io.postrider.store.tools.StoreExport} writes its messages out. They claim
 * the store like a broker and write nothing. {@link io.postrider.store.tools.StoreCompaction} and {@link
 * io.postrider.store.tools.EntrySkip} change it.
 */
@NullMarked
package io.postrider.store.tools;

import org.jspecify.annotations.NullMarked;
