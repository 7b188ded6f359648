// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import java.util.List;

/**
 * One consumer as operators see it. Immutable.
 *
 * @param id its number since the broker's start
 * @param subscription the durable or shared subscription it reads, or ""
 * @param selector what it asks for, or ""
 * @param mode acknowledge, at-most-once or browse
 * @param isActive whether messages go to it, as far as other consumers are concerned: false where another one is the only active one
 * @param isPaused whether an operator lets it have nothing
 * @param isSlow whether it was reported as slow
 * @param credit messages it would take at once
 * @param unsettled messages it has
 * @param oldestUnsettledMs for how long it has had the oldest of these; 0 if it has none
 * @param keys groups, buckets or partitions that are its own
 * @param partitions numbers of its partitions, if there are any
 */
public record ConsumerInfo(
        long id,
        AddressKey address,
        String subscription,
        String connectionId,
        String containerId,
        String user,
        String selector,
        String mode,
        int priority,
        boolean isActive,
        boolean isPaused,
        boolean isSlow,
        long credit,
        int unsettled,
        long oldestUnsettledMs,
        int keys,
        List<Integer> partitions) {}
