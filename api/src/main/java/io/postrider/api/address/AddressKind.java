// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

/** What an address does with a message: a queue gives it to one consumer, a topic to each subscription. */
public enum AddressKind {
    QUEUE,
    TOPIC
}
