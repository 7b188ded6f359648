// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Reads and writes AMQP 1.0 values in byte arrays, without objects in between.
 */
@NullMarked
package io.postrider.jms.codec;

import org.jspecify.annotations.NullMarked;
