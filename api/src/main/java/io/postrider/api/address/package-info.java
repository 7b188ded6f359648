// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Names and definitions: virtual host and address names, queues and topics, subscriptions, policies.
 */
@NullMarked
package io.postrider.api.address;

import org.jspecify.annotations.NullMarked;
