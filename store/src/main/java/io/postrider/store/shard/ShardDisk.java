// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.port.ShardLog;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.Checkpoints;
import java.util.concurrent.Executor;

/**
 * Where one shard keeps things on this node.
 *
 * @param bodies where the messages are in the two others
 * @param readers runs what waits for the disk to read
 */
record ShardDisk(ShardLog log, Checkpoints checkpoints, BodyIndex bodies, Executor readers) {}
