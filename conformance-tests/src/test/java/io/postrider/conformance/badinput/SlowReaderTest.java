// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.ProcessProbe;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Peers that give all the credit in the world and never read: what waits for them is bounded, and nobody else waits. */
class SlowReaderTest extends BadInputContract {
    private static final int READERS = 20;
    private static final int MESSAGES = 1500;
    private static final int MESSAGE_BYTES = 40_000;
    private static final long HEAP_BYTES_MAX = 24L << 20;

    private static byte[] message() {
        byte[] bytes = new byte[8 + MESSAGE_BYTES];
        bytes[1] = 0x53;
        bytes[2] = 0x75;
        bytes[3] = (byte) 0xb0;
        bytes[6] = (byte) (MESSAGE_BYTES >> 8);
        bytes[7] = (byte) MESSAGE_BYTES;
        return bytes;
    }

    private RawAmqpPeer reader(int number) {
        RawAmqpPeer reader = RawAmqpPeer.connect(broker);
        reader.open();
        reader.begin(0);
        Attach attach = RawAmqpPeer.receiverAttach("slow-" + number, 0, "badinput.slow");
        ((org.apache.qpid.proton.amqp.messaging.Source) attach.getSource())
                .setDistributionMode(org.apache.qpid.proton.amqp.Symbol.valueOf("copy"));
        reader.send(0, attach);
        reader.expect(Attach.class);
        return reader;
    }

    private static Flow everything() {
        Flow flow = RawAmqpPeer.credit(0, 0, Integer.MAX_VALUE);
        flow.setIncomingWindow(org.apache.qpid.proton.amqp.UnsignedInteger.valueOf(Integer.MAX_VALUE));
        return flow;
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.6", "2.6.7"})
    void peersThatDoNotReadCostLittleAndDelayNobody() {
        peer.open();
        peer.begin(0);
        peer.send(0, RawAmqpPeer.senderAttach("filling", 0, "badinput.slow"));
        peer.expect(Attach.class);
        byte[] message = message();
        for (int i = 0; i < MESSAGES; i++) {
            peer.send(0, RawAmqpPeer.transfer(0, i), message);
            skipTo(Disposition.class);
        }
        ProcessProbe probe = new ProcessProbe(broker.pid());
        long before = probe.liveHeapBytes();
        List<RawAmqpPeer> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            RawAmqpPeer reader = reader(i);
            readers.add(reader.send(0, everything()));
        }
        // Another one that does read gets everything meanwhile.
        try (RawAmqpPeer quick = reader(READERS)) {
            quick.send(0, everything());
            for (int i = 0; i < MESSAGES; ) {
                Frame frame = quick.readFrame();
                i += frame.body() instanceof Transfer transfer && !transfer.getMore() ? 1 : 0;
            }
        }

        long grown = probe.liveHeapBytes() - before;
        readers.forEach(RawAmqpPeer::close);
        assertTrue(grown < HEAP_BYTES_MAX, () -> "heap grew by " + grown + " bytes for " + READERS + " slow readers");
    }
}
