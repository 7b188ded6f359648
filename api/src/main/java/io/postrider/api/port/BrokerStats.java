// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

/**
 * Totals of the broker since its start.
 *
 * @param published messages kept, durable or not
 * @param rejected publishes refused
 * @param delivered messages handed to consumers, redeliveries included
 * @param acknowledged deliveries accepted
 * @param requeued deliveries that came back
 * @param deadLettered messages dead-lettered, dropped ones included
 * @param expired messages expired
 * @param unrouted messages accepted and dropped because no subscription of their topic wanted them
 * @param duplicates messages accepted and not kept because their id came before
 * @param dropped messages accepted and dropped because their address was full
 * @param messageBytes bytes of messages in memory now
 * @param logEntries log entries committed
 * @param logBytes bytes appended to the log
 * @param logSyncs syncs of the log file
 * @param checkpoints checkpoints completed
 * @param storage what is on disk
 */
public record BrokerStats(
        long published,
        long rejected,
        long delivered,
        long acknowledged,
        long requeued,
        long deadLettered,
        long expired,
        long unrouted,
        long duplicates,
        long dropped,
        long messageBytes,
        long logEntries,
        long logBytes,
        long logSyncs,
        long checkpoints,
        StorageStats storage) {}
