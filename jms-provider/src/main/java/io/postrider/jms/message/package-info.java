// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The message types of Jakarta Messaging and their form on the wire. Start at {@link io.postrider.jms.message.PostriderMessage}.
 */
@NullMarked
package io.postrider.jms.message;

import org.jspecify.annotations.NullMarked;
