// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.PostriderDestination;

/**
 * What a consumer's messages have in common. Immutable.
 *
 * @param destination the consumer's own
 * @param objects which classes object messages may hold
 */
public record ReceiveContext(PostriderDestination destination, AddressPrefixes prefixes, ObjectPolicy objects) {}
