// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The log of a shard on one node. Start with {@link io.postrider.store.log.LocalShardLog}; the work is done in the journal package.
 */
@NullMarked
package io.postrider.store.log;

import org.jspecify.annotations.NullMarked;
