// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The same log on several nodes. Nothing lives here yet: {@code cluster.log} will implement {@link
 * io.postrider.api.port.ShardLog} with a consensus engine whose traffic runs over a JGroups channel.
 */
@NullMarked
package io.postrider.cluster;

import org.jspecify.annotations.NullMarked;
