// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.InMemoryBroker;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole connections, from the first byte to the broker's port, fed with good conversations that were damaged by chance: bytes
 * changed, frames lost, doubled, swapped, or taken from another conversation. Whatever comes, no exception reaches the
 * connection's guard, which would show as {@code amqp:internal-error}. A failure names its seed.
 */
class ConversationMutatorTest {
    private static final String DEFECT = "amqp:internal-error";
    private static final int SECONDS_IN_CI = 4;
    private static final int SECONDS_IN_SOAK = 300;
    private static final int FRAME_BYTES = 64 * 1024;
    private static final long FRAME_CPU_MS_MAX = 150;
    private static final long FRAME_HEAP_BYTES_MAX = 24L << 20;

    private record Users() implements Authenticator {
        @Override
        public boolean allowsAnonymous() {
            return true;
        }

        @Override
        public void authenticate(String user, String password, Reply<Identity> reply) {
            if (password.equals("right")) {
                reply.ok(new Identity(user, false));
            } else {
                reply.rejected(new Rejection(ErrorCode.UNAUTHORIZED, "No"));
            }
        }
    }

    /** One connection without a socket. */
    private static final class Connection implements AutoCloseable {
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final LoopScope loop;
        private final StringBuilder output = new StringBuilder();

        Connection(ListenerScope scope) {
            channel.pipeline().addLast("handler", new ChannelInboundHandlerAdapter());
            loop = new LoopScope(channel.eventLoop());
            ChannelBridge bridge = new ChannelBridge(channel.pipeline().context("handler"));
            bridge.start(new ServerConnection(scope, loop, bridge, "test:1"));
            channel.pipeline().addBefore("handler", "amqp", bridge);
            scope.openConnections().incrementAndGet();
        }

        void feed(byte[] bytes) {
            if (!channel.isActive()) {
                return;
            }
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
            channel.runPendingTasks();
            for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
                output.append(written.toString(StandardCharsets.ISO_8859_1));
                written.release();
            }
        }

        @Override
        public void close() {
            channel.finishAndReleaseAll();
            loop.stop();
        }
    }

    private static ListenerScope scope() {
        return new ListenerScope(
                AmqpSettings.DEFAULT.withLimits(1000, FRAME_BYTES, 1 << 20),
                ListenerSecurity.DEFAULT,
                new InMemoryBroker(Runnable::run),
                new Users());
    }

    // ---- conversations

    private static byte[] frame(Object body) {
        return Frames.frame(0, body);
    }

    private static byte[] transfer(Transfer transfer, byte[] payload) {
        return Frames.frame(0, 0, transfer, payload);
    }

    private static List<List<byte[]>> conversations() {
        List<byte[]> start = List.of(Frames.AMQP_HEADER, frame(Frames.open("peer")), frame(Frames.begin()));
        List<List<byte[]>> all = new ArrayList<>();
        all.add(joined(start, sending()));
        all.add(joined(start, receiving()));
        all.add(joined(start, termini()));
        all.add(List.of(
                Frames.SASL_HEADER,
                Frames.frame(1, 0, Frames.saslInit("PLAIN", Frames.plain("joe", "right")), new byte[0]),
                Frames.AMQP_HEADER,
                frame(Frames.open("sasl")),
                frame(Frames.begin()),
                frame(Frames.sender("s", 0, "q")),
                transfer(Frames.transfer(0, 0, true), Frames.message("pipelined")),
                frame(new Close())));
        return all;
    }

    private static List<byte[]> joined(List<byte[]> first, List<byte[]> second) {
        List<byte[]> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static List<byte[]> sending() {
        Transfer more = Frames.transfer(0, 1, false);
        more.setMore(true);
        Transfer aborted = Frames.continuation(1, false);
        aborted.setAborted(true);
        Transfer moreOnTheOther = Frames.transfer(1, 2, false);
        moreOnTheOther.setMore(true);
        Attach second = Frames.sender("second", 1, "q");
        second.setRcvSettleMode(ReceiverSettleMode.SECOND);
        Properties to = new Properties();
        to.setTo("topic://elsewhere");
        return List.of(
                frame(Frames.sender("s", 0, "q")),
                frame(second),
                frame(Frames.sender("relay", 2, null)),
                transfer(Frames.transfer(0, 0, false), Frames.message("hello")),
                transfer(more, Frames.message(200)),
                transfer(moreOnTheOther, new byte[30]),
                transfer(Frames.continuation(0, false), new byte[30]),
                transfer(aborted, new byte[0]),
                transfer(Frames.transfer(1, 3, false), Frames.message("second")),
                frame(Frames.disposition(Role.SENDER, 0, 3, true, Accepted.getInstance())),
                transfer(Frames.transfer(2, 4, false), Frames.encode(to, new AmqpValue("routed"))),
                frame(Frames.detach(0, true)),
                frame(new Close()));
    }

    private static List<byte[]> receiving() {
        Flow drain = Frames.credit(1, 0, 50);
        drain.setDrain(true);
        Flow echo = Frames.sessionFlow(1, 100);
        echo.setEcho(true);
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        failed.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-why"), "because"));
        Attach browser = Frames.receiver("browser", 2, "q");
        ((Source) browser.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        return List.of(
                frame(Frames.sender("s", 0, "q")),
                frame(Frames.receiver("r", 1, "q")),
                frame(browser),
                transfer(Frames.transfer(0, 0, false), Frames.message("a")),
                transfer(Frames.transfer(0, 1, false), Frames.message("b")),
                transfer(Frames.transfer(0, 2, false), Frames.message(3000)),
                frame(Frames.credit(2, 0, 5)),
                frame(Frames.credit(1, 0, 1)),
                frame(drain),
                frame(Frames.disposition(Role.RECEIVER, 0, 0, true, failed)),
                frame(Frames.disposition(Role.RECEIVER, 1, 3, false, Released.getInstance())),
                frame(Frames.disposition(Role.RECEIVER, 0, 9, true, null)),
                frame(echo),
                frame(Frames.detach(1, false)),
                frame(Frames.receiver("r", 1, "q")),
                frame(new End()),
                frame(new Close()));
    }

    private static List<byte[]> termini() {
        Source dynamic = new Source();
        dynamic.setDynamic(true);
        dynamic.setDynamicNodeProperties(
                Map.of(Symbol.valueOf("lifetime-policy"), DeleteOnNoLinksOrMessages.getInstance()));
        Target temporary = new Target();
        temporary.setDynamic(true);
        temporary.setCapabilities(Symbol.valueOf("temporary-queue"));
        Attach subscription = Frames.receiver("sub|global", 2, "topic://news");
        ((Source) subscription.getSource())
                .setDurable(org.apache.qpid.proton.amqp.messaging.TerminusDurability.UNSETTLED_STATE);
        ((Source) subscription.getSource()).setCapabilities(Symbol.valueOf("shared"), Symbol.valueOf("global"));
        Attach lookUp = Frames.receiver("sub|global", 3, "x");
        lookUp.setSource(null);
        return List.of(
                frame(Frames.attach("dynamic", 0, Role.RECEIVER, dynamic, new Target())),
                frame(Frames.attach("temporary", 1, Role.SENDER, new Source(), temporary)),
                frame(subscription),
                frame(lookUp),
                frame(Frames.sender("n", 4, "news::sub")),
                frame(Frames.sender("n", 5, "/queues/a%20b")),
                frame(Frames.sender("n", 6, "queue://q")),
                frame(Frames.detach(0, false)),
                frame(Frames.attach("dynamic", 0, Role.RECEIVER, dynamic, new Target())),
                frame(Frames.detach(2, true)),
                frame(new End()),
                frame(Frames.begin()),
                frame(new Close()));
    }

    // ---- damage

    private static byte[] damaged(List<List<byte[]>> conversations, Random random) {
        List<byte[]> frames = new ArrayList<>(conversations.get(random.nextInt(conversations.size())));
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(frames.size());
            switch (random.nextInt(4)) {
                case 0 -> frames.add(at, frames.get(at));
                case 1 -> frames.remove(frames.size() > 1 ? at : 0);
                case 2 -> java.util.Collections.swap(frames, at, random.nextInt(frames.size()));
                default -> {
                    List<byte[]> other = conversations.get(random.nextInt(conversations.size()));
                    frames.add(at, other.get(random.nextInt(other.size())));
                }
            }
            if (frames.isEmpty()) {
                frames.add(Frames.AMQP_HEADER);
            }
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        frames.forEach(all::writeBytes);
        byte[] bytes = all.toByteArray();
        int hits = random.nextInt(4);
        for (int i = 0; i < hits; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = -1;
                default -> bytes[at] = (byte) (0x40 + random.nextInt(6));
            }
        }
        return bytes;
    }

    private static int run(long firstSeed, int seconds) {
        List<List<byte[]>> conversations = conversations();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        int count = 0;
        ListenerScope scope = scope();
        for (long seed = firstSeed; System.nanoTime() < end; seed++) {
            if (count % 500 == 0) {
                scope = scope();
            }
            Random random = new Random(seed);
            byte[] bytes = damaged(conversations, random);
            try (Connection connection = new Connection(scope)) {
                int cut = random.nextInt(bytes.length + 1);
                connection.feed(java.util.Arrays.copyOf(bytes, cut));
                connection.feed(java.util.Arrays.copyOfRange(bytes, cut, bytes.length));
                assertFalse(connection.output.indexOf(DEFECT) >= 0, "seed=" + seed);
            } catch (RuntimeException e) {
                throw new AssertionError("seed=" + seed, e);
            }
            count++;
        }
        return count;
    }

    @Test
    void goodConversationsEndInACloseWithoutAnError() {
        for (List<byte[]> conversation : conversations()) {
            try (Connection connection = new Connection(scope())) {
                conversation.forEach(connection::feed);
                int size = connection.output.length();
                // A close without an error is the shortest there is.
                String last = connection.output.substring(size - 12);
                assertTrue(last.startsWith("\0\0\0\u000c\u0002\0\0\0\0S\u0018"), connection.output::toString);
            }
        }
    }

    @Test
    void damagedConversationsHitNoDefect() {
        int count = run(0, SECONDS_IN_CI);

        assertTrue(count > 100, "Expected many conversations, but only " + count + " were held");
    }

    @Tag("soak")
    @Test
    void damagedConversationsHitNoDefectForALongTime() {
        long seed = System.nanoTime();
        System.out.println("mutator: first seed " + seed);

        System.out.println("mutator: " + run(seed, SECONDS_IN_SOAK) + " conversations");
    }

    // ---- one frame

    private static Map<String, byte[]> worstFrames() {
        Map<String, byte[]> worst = new HashMap<>();
        Map<Object, Object> symbols = new HashMap<>();
        for (int i = 0; i < 2700; i++) {
            symbols.put(Symbol.valueOf("mutator-key-" + i), i);
        }
        Open many = Frames.open("many symbols");
        many.setProperties(symbols);
        worst.put("many symbols", frame(many));
        Map<Object, Object> colliding = new HashMap<>();
        for (int i = 0; i < 2000; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 11; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            colliding.put(key.toString(), true);
        }
        Open collisions = Frames.open("keys of one hash");
        collisions.setProperties(colliding);
        worst.put("keys of one hash", frame(collisions));
        worst.put("lists of nothing", openWith(filled((byte) 0x45)));
        worst.put("maps of nulls", openWith(filled((byte) 0x40)));
        return worst;
    }

    /** As many elements of one byte as fit, in a list. */
    private static byte[] filled(byte element) {
        byte[] list = new byte[FRAME_BYTES - 200];
        java.util.Arrays.fill(list, element);
        ByteBuffer.wrap(list).put((byte) 0xd0).putInt(list.length - 5).putInt(list.length - 9);
        return list;
    }

    private static byte[] openWith(byte[] value) {
        byte[] entry = {(byte) 0xa3, 1, 'k'};
        int map = 4 + entry.length + value.length;
        byte[] head = {(byte) 0xa1, 1, 'c', 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40};
        ByteBuffer body = ByteBuffer.allocate(12 + head.length + 5 + map);
        body.put(new byte[] {0, 0x53, 0x10, (byte) 0xd0})
                .putInt(4 + head.length + 5 + map)
                .putInt(10);
        body.put(head).put((byte) 0xd1).putInt(map).putInt(2).put(entry).put(value);
        ByteBuffer frame = ByteBuffer.allocate(8 + body.position());
        return frame.putInt(frame.capacity())
                .putInt(0x02000000)
                .put(body.array(), 0, body.position())
                .array();
    }

    @Test
    void noFrameCostsMoreThanItsBudget() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        worstFrames().forEach((name, frame) -> {
            assertTrue(frame.length <= FRAME_BYTES, () -> name + " has " + frame.length + " bytes");
            long cpuNs = Long.MAX_VALUE;
            long heap = Long.MAX_VALUE;
            // The best of a few: the first pays for loading and compiling.
            for (int i = 0; i < 5; i++) {
                try (Connection connection = new Connection(scope())) {
                    connection.feed(Frames.AMQP_HEADER);
                    long cpuBefore = threads.getThreadCpuTime(self);
                    long heapBefore = threads.getThreadAllocatedBytes(self);
                    connection.feed(frame);
                    cpuNs = Math.min(cpuNs, threads.getThreadCpuTime(self) - cpuBefore);
                    heap = Math.min(heap, threads.getThreadAllocatedBytes(self) - heapBefore);
                    assertFalse(connection.output.indexOf(DEFECT) >= 0, name);
                }
            }
            long cpuMs = cpuNs / 1_000_000;
            long heapBytes = heap;
            assertTrue(cpuMs < FRAME_CPU_MS_MAX, () -> name + " took " + cpuMs + " ms");
            assertTrue(heapBytes < FRAME_HEAP_BYTES_MAX, () -> name + " took " + heapBytes + " bytes");
        });
    }
}
