// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.interop.InteropClient.ReceiveRequest;
import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.OutsideProgram;
import io.postrider.conformance.kit.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every client's messages are what every other client expects: one message of each body kind goes from each to each, and all
 * fields that both can express must come out equal.
 */
@ExtendWith(SharedBroker.class)
class CrossClientTest {

    static Stream<Arguments> pairs() {
        return Stream.of(Clients.values())
                .flatMap(sender -> Stream.of(Clients.values()).map(receiver -> Arguments.of(sender, receiver)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void fieldsAndBodiesArriveEqual(Clients sender, Clients receiver, BrokerUnderTest broker) {
        assumePresent(sender);
        assumePresent(receiver);
        String queue = "cross." + sender + "." + receiver;
        List<MessageLine> messages = new ArrayList<>();
        Samples.BODIES.forEach((name, body) -> messages.add(Samples.EVERY_FIELD.with("body", body)));

        sender.client().send(broker, queue, false, messages);
        List<MessageLine> received = receiver.client()
                .receive(broker, ReceiveRequest.queue(queue, messages.size()))
                .messages();

        Set<String> fields = new TreeSet<>(sender.client().expressible());
        fields.retainAll(receiver.client().expressible());
        assertEquals(comparable(messages, fields), comparable(received, fields));
    }

    private static List<?> comparable(List<MessageLine> messages, Set<String> fields) {
        return messages.stream().map(m -> m.comparable(fields)).toList();
    }

    private static void assumePresent(Clients client) {
        client.missing().map(OutsideProgram::skipReason).ifPresent(Assumptions::abort);
    }
}
