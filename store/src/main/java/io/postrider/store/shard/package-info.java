// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The thin rim around the pure core: the shard's thread, its batches, its log and its clock, and the broker that protocols
 * call. Start with {@link io.postrider.store.shard.LocalBroker}, then {@link io.postrider.store.shard.ShardRunner}.
 */
@NullMarked
package io.postrider.store.shard;

import org.jspecify.annotations.NullMarked;
