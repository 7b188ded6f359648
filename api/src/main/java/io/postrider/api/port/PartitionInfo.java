// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

/**
 * One partition of a queue, for the consumers of one selector. Immutable.
 *
 * @param partition its number, from 0
 * @param selector the selector of the consumers that share it, or ""
 * @param consumerId who has it
 * @param nextConsumerId who gets it as soon as nothing of it is unsettled; 0 if it stays
 * @param unsettled messages of it that are with its consumer
 */
public record PartitionInfo(int partition, String selector, long consumerId, long nextConsumerId, int unsettled) {}
