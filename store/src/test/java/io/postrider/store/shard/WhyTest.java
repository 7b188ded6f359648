// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Annotations;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.WhyRequest;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The broker says why something does not move. */
class WhyTest {
    private final ScriptedBroker broker = new ScriptedBroker();

    private String why(@Nullable Long offset, @Nullable String consumer, @Nullable String producer) {
        WhyRequest request = new WhyRequest(AddressKey.of("q"), "", offset, consumer, producer);
        return broker.get((Reply<String> reply) -> broker.broker().admin().why(request, reply));
    }

    private String queue() {
        return why(null, null, null);
    }

    @Test
    void anEmptyQueueAndOneWithoutConsumers() {
        broker.send("q", "a");
        assertEquals("1 ready, 0 unsettled: no consumer is attached.", queue());

        broker.receive("q").end(Outcome.ACCEPTED);

        assertEquals("There are no messages.", queue());
    }

    @Test
    void aSelectorThatMatchesNothing() {
        broker.send("q", "a", "b", "c");
        broker.receive("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, "body = 'z'");

        assertEquals(
                "3 ready, 0 unsettled: the only consumer 'receiver' (user alice) has the selector body = 'z', "
                        + "and none of the next 3 ready ones matches.",
                queue());
    }

    @Test
    void nobodyHasCredit() {
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");
        receiver.consumer().credit(2, false);
        broker.send("q", "c");

        assertEquals(
                "1 ready, 2 unsettled: no consumer has credit; 1 consumer hold 2 unsettled ones."
                        .replace("1 consumer hold", "1 consumer holds"),
                queue());
        assertTrue(why(null, "receiver", null).contains("has given no credit"), "the consumer");
    }

    @Test
    void aMessageThatWaitsForItsNextAttempt() {
        broker.policy("q", "redelivery.delay-ms", "100s");
        broker.send("q", "a");
        Receiver receiver = broker.receive("q");
        receiver.end(Outcome.FAILED);

        String message = why(0L, null, null);
        String queue = queue();

        assertTrue(message.startsWith("Offset 0 waits for its 2nd attempt until 1970-01-01T00:18:"), message);
        assertTrue(
                queue.startsWith("0 ready, 0 unsettled, 1 waiting for their time: nothing is ready; the first"), queue);
    }

    @Test
    void whereAMessageIs() {
        broker.send("q", "a", "b", "c", "d");
        Receiver receiver = broker.receive("q");
        receiver.end(Outcome.ACCEPTED);
        receiver.end(new Outcome.Modified(
                true, false, Annotations.of(Map.of("x-opt-defer", true, "x-opt-deferral-token", "one"))));
        receiver.consumer().credit(3, false);

        assertTrue(why(0L, null, null).startsWith("Offset 0 is done here"), why(0L, null, null));
        assertEquals(
                "Offset 1 was put aside under the token 'one', after 1 failed attempt, and waits until somebody asks for it.",
                why(1L, null, null));
        assertEquals(
                "Offset 2 is with consumer 'receiver' (user alice), which has not settled it.", why(2L, null, null));
        assertEquals("Offset 9 is not there yet: the next message gets 4.", why(9L, null, null));
        receiver.close();
        assertTrue(
                why(3L, null, null)
                        .startsWith(
                                "Offset 3 is ready, with 2 before it. 2 ready, 0 unsettled, 1 put aside: no consumer"),
                why(3L, null, null));
    }

    @Test
    void aProducerThatIsNotHere() {
        broker.send("q", AddressKind.QUEUE, aMessage().withBody("a").build());

        assertEquals(
                "No producer of the container 'nobody' is attached to 'q'; 0 others are.", why(null, null, "nobody"));
    }
}
