// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * AMQP 1.0 transport layer of one connection: bytes in, callbacks out, bytes out again. No sockets, threads or clocks, so
 * that a test can drive it with scripted bytes.
 *
 * <p>Start with {@link io.postrider.amqp.engine.AmqpEngine}: it owns the sessions ({@link
 * io.postrider.amqp.engine.EngineSession}), which own the links ({@link io.postrider.amqp.engine.IncomingEndpoint}, {@link
 * io.postrider.amqp.engine.OutgoingEndpoint}). {@link io.postrider.amqp.engine.FrameReader} and {@link
 * io.postrider.amqp.engine.FrameWriter} are the two ends of the wire. Proton-J's codec reads and writes the control
 * performatives; transfers and dispositions are read and written by hand.
 */
@NullMarked
package io.postrider.amqp.engine;

import org.jspecify.annotations.NullMarked;
