// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Endpoint;
import java.util.List;
import java.util.Set;

/** What the interoperability tests ask of a client, whatever language it is written in. */
interface InteropClient {

    /** Fields of a message that the client's API can set or see; the others are left out of comparisons. */
    Set<String> expressible();

    /** Sends messages and returns when the broker has accepted each of them. */
    void send(Endpoint broker, String address, boolean isTopic, List<MessageLine> messages);

    /** Attaches a receiver; it is attached when this returns. */
    Receiving receive(Endpoint broker, ReceiveRequest request);

    /** An attached receiver. */
    interface Receiving {
        /** Takes the messages asked for, and any more that are there, then closes. */
        List<MessageLine> messages();
    }

    /**
     * What to receive.
     *
     * @param count messages to wait for; then a drain must show that there are no more
     * @param isTopic whether the address is a topic
     * @param isBrowse whether to look without taking
     * @param selector null for all
     * @param subscription durable subscription's name, which is also used as container id; null for none
     * @param unsubscribe whether to end the durable subscription when done
     */
    record ReceiveRequest(
            String address,
            int count,
            boolean isTopic,
            boolean isBrowse,
            String selector,
            String subscription,
            boolean unsubscribe) {

        static ReceiveRequest queue(String address, int count) {
            return new ReceiveRequest(address, count, false, false, null, null, false);
        }

        static ReceiveRequest topic(String address, int count) {
            return new ReceiveRequest(address, count, true, false, null, null, false);
        }

        ReceiveRequest browsing() {
            return new ReceiveRequest(address, count, isTopic, true, selector, subscription, unsubscribe);
        }

        ReceiveRequest selecting(String selector) {
            return new ReceiveRequest(address, count, isTopic, isBrowse, selector, subscription, unsubscribe);
        }

        ReceiveRequest durable(String subscription, boolean unsubscribe) {
            return new ReceiveRequest(address, count, isTopic, isBrowse, selector, subscription, unsubscribe);
        }
    }
}
