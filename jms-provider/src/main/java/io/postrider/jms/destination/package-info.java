// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Queues, topics and their temporary kinds, and how their names become AMQP addresses.
 */
@NullMarked
package io.postrider.jms.destination;

import org.jspecify.annotations.NullMarked;
