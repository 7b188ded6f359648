// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Where AMQP 1.0 and the broker's own vocabulary meet: sections of a message, outcomes, error conditions, addresses,
 * capabilities and filters, one class with one table each. No I/O and no engine state; the JMS client uses it too. Start
 * at {@link io.postrider.amqp.codec.MessageDecoder} (bytes in) and {@link io.postrider.amqp.codec.DeliveryPrefix} (bytes
 * out).
 */
@NullMarked
package io.postrider.amqp.codec;

import org.jspecify.annotations.NullMarked;
