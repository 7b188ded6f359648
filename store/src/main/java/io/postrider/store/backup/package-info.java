// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Copies of a store: {@link io.postrider.store.backup.StoreBackup} takes one while the broker serves, {@link
 * io.postrider.store.backup.StoreRestore} makes a store of it. The layout is in docs/formats/backup.md.
 */
@NullMarked
package io.postrider.store.backup;

import org.jspecify.annotations.NullMarked;
