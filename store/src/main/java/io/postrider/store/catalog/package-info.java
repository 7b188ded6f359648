// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The catalog: definitions and users as SQL tables, a projection of the shard's state (rules.md 27), and the user directory
 * that checks passwords. Start with {@link io.postrider.store.catalog.CatalogProjection}.
 */
@NullMarked
package io.postrider.store.catalog;

import org.jspecify.annotations.NullMarked;
