// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;

/**
 * A queue, or a subscription of a topic, at one moment. Counts of messages unless said otherwise.
 *
 * @param address the queue or topic
 * @param subscription empty for a queue, else the subscription's name
 * @param depth messages not done: ready, delayed, unsettled and deferred
 * @param ready may be dispatched now
 * @param delayed wait for their time
 * @param unsettled with a consumer
 * @param deferred put aside by consumers until somebody asks for them
 * @param bytes encoded size of the messages not done
 * @param published arrived since start
 * @param delivered handed to consumers since start, redeliveries included
 * @param acknowledged accepted since start
 * @param deadLettered dead-lettered since start
 * @param expired expired since start
 */
public record QueueInfo(
        AddressKey address,
        AddressKind kind,
        String subscription,
        boolean isDurable,
        long depth,
        long ready,
        long delayed,
        long unsettled,
        long deferred,
        int consumers,
        long bytes,
        long published,
        long delivered,
        long acknowledged,
        long deadLettered,
        long expired) {}
