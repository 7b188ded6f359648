// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * What {@code /metrics} shows, in one table. Start with {@link io.postrider.server.metrics.BrokerMetrics}.
 */
@NullMarked
package io.postrider.server.metrics;

import org.jspecify.annotations.NullMarked;
