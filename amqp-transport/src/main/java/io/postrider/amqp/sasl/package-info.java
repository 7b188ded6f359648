// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * SASL without I/O, both sides (AMQP 1.0 §5.3): {@link io.postrider.amqp.sasl.SaslServerExchange} decides who a peer is,
 * {@link io.postrider.amqp.sasl.SaslClientMechanism} proves who we are. Frames are the caller's business.
 */
@NullMarked
package io.postrider.amqp.sasl;

import org.jspecify.annotations.NullMarked;
