// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Checkpoints: the state of a shard at one log index, and the bodies of messages that outlive their journal segments. Start
 * with {@link io.postrider.store.checkpoint.CheckpointStore}.
 */
@NullMarked
package io.postrider.store.checkpoint;

import org.jspecify.annotations.NullMarked;
