// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The AMQP listener on Vert.x: sockets and event loops on one side, the broker's gateway on the other.
 *
 * <p>Start with {@link io.postrider.amqp.server.AmqpListener}. Each connection is a {@link
 * io.postrider.amqp.server.ServerConnection} around an engine; each link is an {@link
 * io.postrider.amqp.server.IncomingLink} or an {@link io.postrider.amqp.server.OutgoingLink}.
 */
@NullMarked
package io.postrider.amqp.server;

import org.jspecify.annotations.NullMarked;
