// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.RawAmqpPeer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that hold a socket and never get to their open. */
class SlowPeerTest extends BadInputContract {

    @Test
    void connectionsThatDoNotOpenInTimeAreClosed() {
        List<RawAmqpPeer> slow = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            RawAmqpPeer idler = RawAmqpPeer.connect(broker);
            slow.add(idler);
            switch (i % 4) {
                case 0 -> idler.send(Arrays.copyOf(RawAmqpPeer.SASL_HEADER, 5));
                case 1 -> idler.send(RawAmqpPeer.SASL_HEADER);
                case 2 -> idler.logIn();
                default -> idler.send(new byte[0]);
            }
        }

        long start = System.nanoTime();
        for (RawAmqpPeer idler : slow) {
            idler.readBytesToEnd();
            idler.close();
        }

        long waitedMs = (System.nanoTime() - start) / 1_000_000;
        assertTrue(waitedMs < 3L * LimitedBroker.OPEN_TIMEOUT_MS, () -> "waited " + waitedMs + " ms");
    }
}
