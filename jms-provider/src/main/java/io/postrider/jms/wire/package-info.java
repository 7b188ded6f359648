// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * AMQP 1.0 over a JDK socket: the calling thread encodes and writes, one reader thread reads. Start at {@link io.postrider.jms.wire.WireConnection}.
 */
@NullMarked
package io.postrider.jms.wire;

import org.jspecify.annotations.NullMarked;
