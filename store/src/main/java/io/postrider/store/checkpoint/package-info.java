// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Checkpoints: the state of a shard at one log index, and the bodies of messages that outlive their journal segments. Start
 * with {@link io.postrider.store.checkpoint.Checkpoints}; bodies are in {@link io.postrider.store.segment message segments}.
 * {@link io.postrider.store.checkpoint.CheckpointStore} is the former form, which the shard still uses.
 */
@NullMarked
package io.postrider.store.checkpoint;

import org.jspecify.annotations.NullMarked;
