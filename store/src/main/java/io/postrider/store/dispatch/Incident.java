// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/**
 * Something out of the ordinary that a consumer said of a message of the log. Immutable.
 *
 * @param what the beginning of a sentence: what was done, to which the consumer is added
 */
public record Incident(long timeMs, int subscriptionId, long offset, String what, String container, String user) {}
