// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;

/**
 * Sends unsettled messages of one size as fast as the broker confirms them, with a bounded number in flight. With several
 * addresses it sends to one after the other on one link to the anonymous terminus.
 */
final class LoadProducer implements Runnable, AutoCloseable {
    private static final int WRITE_BYTES_MAX = 256 * 1024;

    private static final long IDLE_NANOS = 1_000_000;

    private final RawClient client;
    private final byte[][] messages;
    private final int inFlightMax;
    private final long count;
    private volatile long allowed = Long.MAX_VALUE;
    private volatile long confirmed;
    private volatile boolean stopping;
    private volatile Throwable failure;
    private long sent;
    private long creditLimit;

    LoadProducer(int port, String address, int bodyBytes, boolean isDurable, int inFlightMax) throws IOException {
        this(port, List.of(address), bodyBytes, isDurable, inFlightMax, Long.MAX_VALUE);
    }

    /** @param count how many to send before {@link #run} returns by itself */
    LoadProducer(int port, List<String> addresses, int bodyBytes, boolean isDurable, int inFlightMax, long count)
            throws IOException {
        boolean isOne = addresses.size() == 1;
        this.inFlightMax = inFlightMax;
        this.count = count;
        this.messages = addresses.stream()
                .map(address -> message(isOne ? null : address, bodyBytes, isDurable))
                .toArray(byte[][]::new);
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
        target.setAddress(isOne ? addresses.get(0) : null);
        attach.setTarget(target);
        client.frame(0, attach);
        client.flush();
    }

    private static byte[] message(String to, int bodyBytes, boolean isDurable) {
        byte[] name = to == null ? new byte[0] : to.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(bodyBytes + name.length + 48);
        bytes.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 2, 1, (byte) (isDurable ? 0x41 : 0x42)});
        if (to != null) {
            bytes.put(new byte[] {0, 0x53, 0x73, (byte) 0xc0, (byte) (name.length + 5), 3, 0x40, 0x40});
            bytes.put((byte) 0xa1).put((byte) name.length).put(name);
        }
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

    /** Holds it to a total, raised as time goes by, for a steady rate. Any thread. */
    void allow(long total) {
        allowed = total;
    }

    /** Asks {@link #run} to return once everything in flight is confirmed. Any thread. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        try {
            while (!isEnding() || confirmed < sent) {
                if (!isEnding()) {
                    send();
                }
                client.flush();
                if (sent == confirmed && sent >= allowed) {
                    LockSupport.parkNanos(IDLE_NANOS);
                    continue;
                }
                receive();
                while (client.hasFrame()) {
                    receive();
                }
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private boolean isEnding() {
        return stopping || sent == count;
    }

    private void send() {
        ByteBuffer out = client.out();
        while (sent - confirmed < inFlightMax
                && sent < creditLimit
                && sent < count
                && sent < allowed
                && out.position() < WRITE_BYTES_MAX) {
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
            out.put(messages[(int) (sent % messages.length)]);
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
