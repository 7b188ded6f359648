// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Role;

/**
 * CPU of the listener's process per message: one raw producer and one raw consumer, unsettled both ways, through the
 * in-memory broker in a child process. {@code ListenerBench [BYTES [SECONDS [LOOPS]]]}.
 */
public final class ListenerBench {
    private static final int WINDOW = 1000;
    private static final int BATCH = 50;

    private ListenerBench() {}

    public static void main(String[] args) throws Exception {
        int bytes = args.length > 0 ? Integer.parseInt(args[0]) : 1024;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        String loops = args.length > 2 ? args[2] : "1";
        String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
        Process broker = new ProcessBuilder(
                        java,
                        "-XX:+UseParallelGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ListenerMain.class.getName(),
                        "0",
                        loops)
                .redirectErrorStream(true)
                .start();
        try {
            int port = portOf(broker);
            run(broker, port, bytes, 5);
            for (int round = 0; round < 3; round++) {
                run(broker, port, bytes, seconds);
            }
        } finally {
            broker.destroyForcibly().waitFor();
        }
    }

    private static int portOf(Process broker) throws Exception {
        BufferedReader out = new BufferedReader(new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("listening on ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("The listener ended early");
        }
        Thread drain = new Thread(() -> out.lines().forEach(System.err::println));
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(line.substring("listening on ".length()));
    }

    private static void run(Process broker, int port, int bytes, int seconds) throws Exception {
        String queue = "bench-" + System.nanoTime();
        try (RawPeer receiver = RawPeer.begun(port, "c" + queue);
                RawPeer sender = RawPeer.begun(port, "p" + queue)) {
            receiver.attachReceiver("r", 0, queue, WINDOW);
            sender.attachSender("s", 0, queue);
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            AtomicLong consumed = new AtomicLong();
            Thread consumer = new Thread(() -> consume(receiver.socket(), consumed));
            consumer.start();
            Duration cpuBefore = broker.info().totalCpuDuration().orElse(Duration.ZERO);
            long start = System.nanoTime();
            long sent = produce(sender.socket(), consumed, bytes, end);
            long elapsed = System.nanoTime() - start;
            Duration cpu =
                    broker.info().totalCpuDuration().orElse(Duration.ZERO).minus(cpuBefore);
            System.out.printf(
                    Locale.ROOT,
                    "%d bytes: %.0f msg/s, broker CPU %.2f µs/msg%n",
                    bytes,
                    sent * 1e9 / elapsed,
                    cpu.toNanos() / 1e3 / sent);
            receiver.socket().close();
            consumer.join();
        }
    }

    private static long produce(Socket socket, AtomicLong consumed, int bytes, long endNs) throws Exception {
        byte[] message = Frames.message(bytes);
        byte[] frame = Frames.frame(0, 0, Frames.transfer(0, 0x01000000, false), message);
        int idAt = frameIdPosition(frame);
        ByteBuffer batch = ByteBuffer.allocate(BATCH * frame.length);
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        byte[] input = new byte[1 << 16];
        AnswerCounter answers = new AnswerCounter();
        int id = 0x01000000;
        long sent = 0;
        while (System.nanoTime() < endNs) {
            while (sent - answers.settled + BATCH > WINDOW) {
                answers.count(input, in.read(input));
            }
            while (sent - consumed.get() > 4 * WINDOW) {
                Thread.yield();
            }
            batch.clear();
            for (int i = 0; i < BATCH; i++) {
                batch.put(frame).putInt(batch.position() - frame.length + idAt, id);
                batch.putInt(batch.position() - frame.length + idAt + 6, id++);
            }
            out.write(batch.array(), 0, batch.position());
            sent += BATCH;
        }
        while (answers.settled < sent) {
            answers.count(input, in.read(input));
        }
        return sent;
    }

    /** The id is written as 0x70 and four bytes, the tag as 0xa0, its length and four bytes. */
    private static int frameIdPosition(byte[] frame) {
        for (int i = 8; i < frame.length; i++) {
            if (frame[i] == 0x70 && frame[i + 1] == 1 && (frame[i + 5] & 0xff) == 0xa0) {
                return i + 1;
            }
        }
        throw new IllegalStateException("Expected a delivery-id of four bytes");
    }

    /** Counts deliveries settled by the dispositions in a byte stream. */
    private static final class AnswerCounter {
        private final ByteBuffer pending = ByteBuffer.allocate(1 << 18);
        private long settled;

        void count(byte[] input, int length) {
            if (length < 0) {
                throw new IllegalStateException("The broker closed the connection");
            }
            pending.put(input, 0, length).flip();
            while (pending.remaining() >= 4 && pending.remaining() >= pending.getInt(pending.position())) {
                byte[] frame = new byte[pending.getInt(pending.position())];
                pending.get(frame);
                if (frame.length > 10 && frame[10] == 0x15) {
                    var disposition = Frames.parse(frame).as(org.apache.qpid.proton.amqp.transport.Disposition.class);
                    settled += disposition.getLast().longValue()
                            - disposition.getFirst().longValue()
                            + 1;
                }
            }
            pending.compact();
        }
    }

    private static void consume(Socket socket, AtomicLong consumed) {
        try {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            ByteBuffer pending = ByteBuffer.allocate(1 << 20);
            byte[] input = new byte[1 << 16];
            int count = 0;
            int answered = 0;
            int length = in.read(input);
            while (length >= 0) {
                pending.put(input, 0, length).flip();
                while (pending.remaining() >= 4 && pending.remaining() >= pending.getInt(pending.position())) {
                    if (pending.get(pending.position() + 10) == 0x14) {
                        count++;
                    }
                    pending.position(pending.position() + pending.getInt(pending.position()));
                }
                pending.compact();
                if (count - answered >= BATCH) {
                    byte[] accepted = Frames.frame(
                            0,
                            Frames.disposition(
                                    Role.RECEIVER,
                                    answered,
                                    count - 1,
                                    true,
                                    org.apache.qpid.proton.amqp.messaging.Accepted.getInstance()));
                    var flow = Frames.credit(0, count, WINDOW);
                    flow.setNextIncomingId(UnsignedInteger.valueOf(count + 1));
                    out.write(Frames.join(accepted, Frames.frame(0, flow)));
                    answered = count;
                    consumed.set(count);
                }
                length = in.read(input);
            }
        } catch (java.io.IOException e) {
            // The run is over: its main thread closed the socket.
            System.err.flush();
        }
    }
}
