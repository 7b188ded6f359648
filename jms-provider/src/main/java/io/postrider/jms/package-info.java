// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Jakarta Messaging 3.1 client. Applications use {@link io.postrider.jms.PostriderConnectionFactory} and the interfaces of
 * {@code jakarta.jms}; nothing else here is theirs to call.
 */
@NullMarked
package io.postrider.jms;

import org.jspecify.annotations.NullMarked;
