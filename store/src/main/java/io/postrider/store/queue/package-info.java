// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The durable state of addresses and subscriptions: a log of messages, and cursors over it. Pure: no clock, thread, file or
 * logger. Start with {@link io.postrider.store.queue.MessageLog} and {@link
 * io.postrider.store.queue.SubscriptionState}.
 */
@NullMarked
package io.postrider.store.queue;

import org.jspecify.annotations.NullMarked;
