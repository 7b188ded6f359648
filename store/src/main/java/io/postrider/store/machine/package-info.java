// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The state machine of a shard: committed commands in, new state and effects out. Pure and deterministic. Start with {@link
 * io.postrider.store.machine.ShardMachine}.
 */
@NullMarked
package io.postrider.store.machine;

import org.jspecify.annotations.NullMarked;
