// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.conformance.kit.Spec;
import io.postrider.conformance.kit.Transport;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP over WebSocket on both ports that take it. */
@ExtendWith(SharedBroker.class)
class WebSocketPortTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"AMQP over WebSocket", "2.1", "2.4"})
    void messageGoesThrough(boolean isOnHttpPort, BrokerUnderTest broker) {
        int port = isOnHttpPort ? broker.httpPort() : broker.amqpPort();
        try (RawAmqpPeer peer = RawAmqpPeer.connect(broker.host(), port, Transport.WEBSOCKET)) {
            peer.open();
            peer.begin(0);
            peer.send(0, RawAmqpPeer.senderAttach("s", 0, "spec.websocket"));
            peer.expect(Attach.class);
            peer.send(0, RawAmqpPeer.transfer(0, 0), SpecContract.MESSAGE);
            assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
            peer.send(0, new Close());
            peer.expect(Close.class);
            assertEquals(0, peer.readBytesToEnd().length);
        }
    }
}
