// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The two seams of the broker. A protocol calls {@link io.postrider.api.port.BrokerGateway} and implements
 * {@link io.postrider.api.port.DeliverySink} and {@link io.postrider.api.port.ProducerListener}; the shard runner calls
 * {@link io.postrider.api.port.ShardLog}, which one node implements with a journal and a cluster with consensus.
 */
@NullMarked
package io.postrider.api.port;

import org.jspecify.annotations.NullMarked;
