// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.interop.InteropClient.ReceiveRequest;
import io.postrider.conformance.interop.InteropClient.Receiving;
import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What each client does on its own against the running distribution: send and receive, browse, select, publish and subscribe,
 * and come back to a durable subscription. The subclasses name the client.
 */
@ExtendWith(SharedBroker.class)
abstract class ClientContract {
    private static final List<MessageLine> THREE = List.of(
            MessageLine.of("first").with("p.text", "red").with("p.number", 1),
            MessageLine.of("second").with("p.text", "blue").with("p.number", 2),
            MessageLine.of("third").with("p.text", "red").with("p.number", 3));

    private final Clients kind;
    private final InteropClient client;

    ClientContract(Clients kind) {
        this.kind = kind;
        this.client = kind.client();
    }

    @Test
    void receivesWhatItSentInOrder(BrokerUnderTest broker) {
        String queue = address("send-receive");

        client.send(broker, queue, false, THREE);

        List<MessageLine> received =
                client.receive(broker, ReceiveRequest.queue(queue, 3)).messages();
        assertEquals(bodies(THREE), bodies(received));
        assertEquals(
                List.of(),
                client.receive(broker, ReceiveRequest.queue(queue, 0)).messages());
    }

    @Test
    void browsesWithoutTaking(BrokerUnderTest broker) {
        String queue = address("browse");
        client.send(broker, queue, false, THREE);

        List<MessageLine> seen = client.receive(
                        broker, ReceiveRequest.queue(queue, 3).browsing())
                .messages();

        assertEquals(bodies(THREE), bodies(seen));
        List<MessageLine> taken =
                client.receive(broker, ReceiveRequest.queue(queue, 3)).messages();
        assertEquals(bodies(THREE), bodies(taken));
        assertEquals(
                List.of(0L, 0L, 0L),
                taken.stream().map(m -> ((Number) m.get("count")).longValue()).toList());
    }

    @Test
    void takesOnlyWhatItsSelectorMatches(BrokerUnderTest broker) {
        String queue = address("selector");
        client.send(broker, queue, false, THREE);

        List<MessageLine> red = client.receive(
                        broker, ReceiveRequest.queue(queue, 2).selecting("text = 'red' AND number BETWEEN 1 AND 3"))
                .messages();

        assertEquals(List.of("first", "third"), bodies(red));
        List<MessageLine> rest =
                client.receive(broker, ReceiveRequest.queue(queue, 1)).messages();
        assertEquals(List.of("second"), bodies(rest));
    }

    @Test
    void everySubscriberOfATopicGetsACopy(BrokerUnderTest broker) {
        String topic = address("topic");
        Receiving one = client.receive(broker, ReceiveRequest.topic(topic, 3));
        Receiving two = client.receive(broker, ReceiveRequest.topic(topic, 1).selecting("text = 'blue'"));

        client.send(broker, topic, true, THREE);

        assertEquals(bodies(THREE), bodies(one.messages()));
        assertEquals(List.of("second"), bodies(two.messages()));
    }

    @Test
    void durableSubscriptionKeepsWhatCameWhileAway(BrokerUnderTest broker) {
        String topic = address("durable");
        ReceiveRequest none = ReceiveRequest.topic(topic, 0).durable("sub-" + kind, false);
        assertEquals(List.of(), client.receive(broker, none).messages());

        client.send(broker, topic, true, THREE);

        ReceiveRequest backlog = ReceiveRequest.topic(topic, 3).durable("sub-" + kind, true);
        assertEquals(bodies(THREE), bodies(client.receive(broker, backlog).messages()));
        client.send(broker, topic, true, THREE);
        assertEquals(
                List.of(),
                client.receive(broker, ReceiveRequest.topic(topic, 0).durable("sub-" + kind, true))
                        .messages());
    }

    @Test
    void largeMessageCrossesManyFrames(BrokerUnderTest broker) {
        String queue = address("large");
        byte[] body = new byte[1_200_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 + (i >> 8));
        }

        client.send(broker, queue, false, List.of(MessageLine.of(MessageLine.Data.of(body))));

        List<MessageLine> received =
                client.receive(broker, ReceiveRequest.queue(queue, 1)).messages();
        assertArrayEquals(body, ((MessageLine.Data) received.get(0).get("body")).bytes());
    }

    @Test
    void bareMessageAndAnnotationsArriveByteForByte(BrokerUnderTest broker) {
        String queue = address("bytes");
        List<MessageLine> messages = List.of(
                Samples.EVERY_FIELD.with("body", "Grüße"),
                Samples.EVERY_FIELD.with("body", MessageLine.Data.of((byte) 0, (byte) 1, (byte) -1)),
                Samples.EVERY_FIELD.with("body", Map.of("a", 1, "b", "two")),
                Samples.EVERY_FIELD.with("body", List.of(1, "two", 3.5)));

        List<byte[]> sent;
        try (WireTap tap = WireTap.to(broker)) {
            tap.sendThrough(client, queue, messages);
            sent = tap.deliveries();
        }

        List<byte[]> received = RawReceiver.take(broker, queue, messages.size());
        assertEquals(messages.size(), sent.size());
        for (int i = 0; i < messages.size(); i++) {
            assertArrayEquals(RawReceiver.withoutHeader(sent.get(i)), RawReceiver.withoutHeader(received.get(i)));
        }
    }

    private String address(String use) {
        return "interop." + kind + "." + use;
    }

    private static List<Object> bodies(List<MessageLine> messages) {
        return messages.stream().map(m -> m.get("body")).toList();
    }
}
