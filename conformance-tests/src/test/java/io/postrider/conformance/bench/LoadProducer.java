// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;

/** Sends unsettled messages of one size as fast as the broker confirms them, with a bounded number in flight. */
final class LoadProducer implements Runnable, AutoCloseable {
    private static final int WRITE_BYTES_MAX = 256 * 1024;

    private final RawClient client;
    private final byte[] section;
    private final int inFlightMax;
    private volatile long confirmed;
    private volatile boolean stopping;
    private volatile Throwable failure;
    private long sent;
    private long creditLimit;

    LoadProducer(int port, String address, int bodyBytes, boolean isDurable, int inFlightMax) throws IOException {
        this.inFlightMax = inFlightMax;
        this.section = message(bodyBytes, isDurable);
        client = new RawClient(port);
        Attach attach = new Attach();
        attach.setName("bench-sender");
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setRole(Role.SENDER);
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress(address);
        attach.setTarget(target);
        client.frame(0, attach);
        client.flush();
    }

    private static byte[] message(int bodyBytes, boolean isDurable) {
        ByteBuffer bytes = ByteBuffer.allocate(bodyBytes + 32);
        bytes.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 2, 1, (byte) (isDurable ? 0x41 : 0x42)});
        bytes.put(new byte[] {0, 0x53, 0x75, (byte) 0xb0}).putInt(bodyBytes);
        for (int i = 0; i < bodyBytes; i++) {
            bytes.put((byte) ('a' + i % 26));
        }
        byte[] result = new byte[bytes.flip().remaining()];
        bytes.get(result);
        return result;
    }

    /** Messages the broker has confirmed. Any thread. */
    long confirmed() {
        return confirmed;
    }

    Throwable failure() {
        return failure;
    }

    /** Asks {@link #run} to return once everything in flight is confirmed. Any thread. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        try {
            while (!stopping || confirmed < sent) {
                if (!stopping) {
                    send();
                }
                client.flush();
                receive();
                while (client.hasFrame()) {
                    receive();
                }
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private void send() {
        ByteBuffer out = client.out();
        while (sent - confirmed < inFlightMax && sent < creditLimit && out.position() < WRITE_BYTES_MAX) {
            int start = out.position();
            int id = (int) sent;
            out.putInt(0).putInt(0x02000000);
            out.put((byte) 0).put((byte) 0x53).put((byte) RawClient.TRANSFER);
            out.put((byte) 0xc0).put((byte) 15).put((byte) 5);
            out.put((byte) 0x43);
            out.put((byte) 0x70).putInt(id);
            out.put((byte) 0xa0).put((byte) 4).putInt(id);
            out.put((byte) 0x43);
            out.put((byte) 0x42);
            out.put(section);
            out.putInt(start, out.position() - start);
            sent++;
        }
    }

    private void receive() throws IOException {
        int end = client.nextFrame();
        ByteBuffer in = client.in();
        if (in.position() < end) {
            switch (client.performative()) {
                case RawClient.DISPOSITION -> confirm(in);
                case RawClient.FLOW -> credit(in);
                case 0x10, 0x11, RawClient.ATTACH -> {}
                default ->
                    throw new IOException(
                            "Expected a disposition or flow, but got 0x" + Integer.toHexString(client.performative()));
            }
        }
        client.skipTo(end);
    }

    private void confirm(ByteBuffer in) throws IOException {
        int fields = Fields.list(in);
        Fields.bool(in);
        long first = Fields.uint(in);
        long last = fields > 2 ? Fields.uint(in) : -1;
        boolean settled = fields > 3 && Fields.bool(in);
        if (!settled || fields < 5) {
            throw new IOException("Expected a settled disposition with a state for delivery " + first);
        }
        in.position(in.position() + 2);
        if ((in.get() & 0xff) != 0x24) {
            throw new IOException("Expected accepted for delivery " + first);
        }
        confirmed += last < 0 ? 1 : last - first + 1;
    }

    private void credit(ByteBuffer in) {
        int fields = Fields.list(in);
        for (int i = 0; i < 4 && i < fields; i++) {
            Fields.uint(in);
        }
        if (fields >= 7 && Fields.uint(in) == 0) {
            long deliveryCount = Fields.uint(in);
            creditLimit = Math.max(0, deliveryCount) + Fields.uint(in);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
