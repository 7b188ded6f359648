// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;

/** Receives unsettled messages and accepts them, one disposition for whatever one read brought. Any number may run. */
final class LoadConsumer implements Runnable, AutoCloseable {
    private static final int CREDIT = 1000;

    private final Reading reading;
    private final RawClient client;
    private volatile long received;
    private volatile Throwable failure;
    private volatile boolean closed;
    private long firstDeliveryId = -1;
    private long grantedUpTo;

    /**
     * What to receive, and how.
     *
     * @param address queue or topic, as {@code queue://…} or {@code topic://…} where it matters
     * @param subscription name of a durable subscription; null for a queue or a volatile one
     * @param pauseNanos wait after each read, for a consumer that is slow on purpose
     */
    record Reading(String address, String subscription, int credit, long pauseNanos) {
        static Reading queue(String address) {
            return new Reading(address, null, CREDIT, 0);
        }
    }

    LoadConsumer(int port, String address) throws IOException {
        this(port, Reading.queue(address));
    }

    LoadConsumer(int port, Reading reading) throws IOException {
        this.reading = reading;
        client = reading.subscription == null ? new RawClient(port) : new RawClient(port, reading.subscription);
        Attach attach = new Attach();
        attach.setName(reading.subscription == null ? "bench-receiver" : reading.subscription);
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setRole(Role.RECEIVER);
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        Source source = new Source();
        source.setAddress(reading.address);
        if (reading.subscription != null) {
            source.setDurable(TerminusDurability.UNSETTLED_STATE);
            source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        }
        attach.setSource(source);
        attach.setTarget(new Target());
        client.frame(0, attach);
        grant();
        client.flush();
    }

    /** Waits for the broker's attach, before {@link #run}: from then on a topic keeps messages for it. */
    void awaitAttached() throws IOException {
        int performative;
        do {
            int end = client.nextFrame();
            performative = client.in().position() < end ? client.performative() : 0;
            client.skipTo(end);
        } while (performative != RawClient.ATTACH);
    }

    /** Messages received so far. Any thread. */
    long received() {
        return received;
    }

    /** What ended {@link #run}, unless it was {@link #close}. */
    Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        try {
            while (true) {
                long before = received;
                receive();
                while (client.hasFrame()) {
                    receive();
                }
                if (received > before) {
                    accept(firstDeliveryId + before, firstDeliveryId + received - 1);
                    if (grantedUpTo - received <= reading.credit / 2) {
                        grant();
                    }
                    client.flush();
                    if (reading.pauseNanos > 0) {
                        LockSupport.parkNanos(reading.pauseNanos);
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                failure = e;
            }
        }
    }

    private void receive() throws IOException {
        int end = client.nextFrame();
        ByteBuffer in = client.in();
        int performative = in.position() < end ? client.performative() : RawClient.FLOW;
        if (performative == RawClient.DETACH || performative == RawClient.END || performative == RawClient.CLOSE) {
            throw new IOException("Expected transfers, but got 0x" + Integer.toHexString(performative));
        }
        if (performative == RawClient.TRANSFER) {
            if (firstDeliveryId < 0) {
                Fields.list(in);
                Fields.uint(in);
                firstDeliveryId = Fields.uint(in);
            }
            received++;
        }
        client.skipTo(end);
    }

    private void accept(long first, long last) {
        ByteBuffer out = client.out();
        int start = out.position();
        out.putInt(0).putInt(0x02000000);
        out.put((byte) 0).put((byte) 0x53).put((byte) RawClient.DISPOSITION);
        out.put((byte) 0xc0).put((byte) 17).put((byte) 5);
        out.put((byte) 0x41);
        out.put((byte) 0x70).putInt((int) first);
        out.put((byte) 0x70).putInt((int) last);
        out.put((byte) 0x41);
        out.put((byte) 0).put((byte) 0x53).put((byte) 0x24).put((byte) 0x45);
        out.putInt(start, out.position() - start);
    }

    private void grant() {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf((int) (received + Math.max(0, firstDeliveryId))));
        flow.setIncomingWindow(UnsignedInteger.valueOf(Integer.MAX_VALUE));
        flow.setNextOutgoingId(UnsignedInteger.ONE);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(Integer.MAX_VALUE));
        flow.setHandle(UnsignedInteger.ZERO);
        flow.setDeliveryCount(UnsignedInteger.valueOf((int) received));
        flow.setLinkCredit(UnsignedInteger.valueOf(reading.credit));
        client.frame(0, flow);
        grantedUpTo = received + reading.credit;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        client.close();
    }
}
