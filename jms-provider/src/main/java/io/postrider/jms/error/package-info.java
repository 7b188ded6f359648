// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * What went wrong, in JMS words: the one table from AMQP conditions to exceptions, and from exceptions to their unchecked twins.
 */
@NullMarked
package io.postrider.jms.error;

import org.jspecify.annotations.NullMarked;
