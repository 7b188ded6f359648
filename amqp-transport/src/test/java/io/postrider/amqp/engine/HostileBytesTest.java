// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.api.Test;

/** Seeded damage to a good dialogue: the engine ends something or goes on, but never throws, hangs or allocates much. */
class HostileBytesTest {
    private static final int SEEDS = 20_000;

    private static byte[] dialogue() {
        var more = Frames.transfer(0, 1, false);
        more.setMore(true);
        var drain = Frames.credit(1, 0, 5);
        drain.setDrain(true);
        return Frames.join(
                Frames.AMQP_HEADER,
                Frames.frame(0, Frames.open("peer")),
                Frames.frame(0, Frames.begin()),
                Frames.frame(0, Frames.sender("s", 0, "q")),
                Frames.frame(0, Frames.receiver("r", 1, "q")),
                Frames.frame(0, Frames.credit(1, 0, 100)),
                Frames.frame(0, 0, Frames.transfer(0, 0, false), Frames.message("hello")),
                Frames.frame(0, 0, more, new byte[30]),
                Frames.frame(0, 0, Frames.continuation(0, false), new byte[30]),
                Frames.frame(0, Frames.disposition(Role.RECEIVER, 0, 3, true, Accepted.getInstance())),
                Frames.frame(0, Frames.disposition(Role.SENDER, 0, 1, true, null)),
                Frames.frame(0, drain),
                Frames.frame(0, Frames.detach(0, true)),
                Frames.frame(0, new Close()));
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int hits = 1 + random.nextInt(4);
        for (int i = 0; i < hits; i++) {
            int at = 8 + random.nextInt(bytes.length - 8);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = -1;
                case 3 -> bytes[at] = 0;
                default -> {
                    ByteArrayOutputStream cut = new ByteArrayOutputStream();
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(6));
                    cut.write(bytes, 0, at);
                    cut.write(bytes, end, bytes.length - end);
                    bytes = cut.toByteArray();
                }
            }
        }
        return bytes;
    }

    @Test
    void damagedDialoguesEndInGoodOrder() {
        byte[] good = dialogue();
        int[] ended = new int[1];
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (long seed = 0; seed < SEEDS; seed++) {
                EngineHarness harness = new EngineHarness();
                byte[] bytes = damaged(good, new Random(seed));
                try {
                    harness.engine.input(ByteBuffer.wrap(bytes));
                    harness.engine.turnEnd();
                    harness.engine.disconnected();
                } catch (RuntimeException e) {
                    throw new AssertionError("seed=" + seed, e);
                }
                if (harness.events.stream().anyMatch(event -> event.startsWith("ended amqp:"))) {
                    ended[0]++;
                }
            }
        });
        assertTrue(ended[0] > SEEDS / 10, "Expected many dialogues to be refused, but found " + ended[0]);
    }

    @Test
    void claimedSizesAllocateNothing() {
        // An array of two billion elements of no size at all, as a desired capability.
        byte[] body = {
            0x00,
            0x53,
            0x10,
            (byte) 0xd0,
            0,
            0,
            0,
            20,
            0,
            0,
            0,
            9,
            0x40,
            0x40,
            0x40,
            0x40,
            0x40,
            0x40,
            0x40,
            0x40,
            (byte) 0xf0,
            0,
            0,
            0,
            5,
            0x7f,
            -1,
            -1,
            -1,
            0x45
        };
        ByteBuffer frame = ByteBuffer.allocate(8 + body.length);
        frame.putInt(frame.capacity()).putInt(0x02000000).put(body);
        EngineHarness harness = new EngineHarness();

        harness.feed(Frames.AMQP_HEADER, frame.array());

        assertEquals("amqp:decode-error", harness.takeCloseCondition());
    }

    @Test
    void deepNestingIsRefused() {
        byte[] body = new byte[3000];
        body[0] = 0;
        body[1] = 0x53;
        body[2] = 0x10;
        // Descriptors of descriptors without an end.
        ByteBuffer frame = ByteBuffer.allocate(8 + body.length);
        frame.putInt(frame.capacity()).putInt(0x02000000).put(body);
        EngineHarness harness = new EngineHarness();

        harness.feed(Frames.AMQP_HEADER, frame.array());

        assertEquals("amqp:decode-error", harness.takeCloseCondition());
    }
}
