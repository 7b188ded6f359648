// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

/** The beginning of a message, cut at every place: either it has all that routing needs, or it is refused. */
class MessageHeadTest {
    private static final int HEADER_AND_PROPERTIES_MAX = 200;

    private final MessageDecoder decoder = new MessageDecoder();

    private static byte[] header() {
        Header header = new Header();
        header.setDurable(true);
        header.setPriority(UnsignedByte.valueOf((byte) 7));
        header.setTtl(UnsignedInteger.valueOf(5000));
        return Frames.encode(header);
    }

    private static byte[] properties() {
        Properties properties = new Properties();
        properties.setTo("somewhere");
        return Frames.encode(properties, new ApplicationProperties(Map.of("colour", "red")));
    }

    private static byte[] body() {
        return Frames.encode(new Data(new Binary(new byte[100_000])));
    }

    @Test
    void takesTheSectionsAndALittleOfTheBody() {
        byte[] header = header();
        byte[] stored = Frames.join(properties(), body());
        ByteBuffer beginning = ByteBuffer.wrap(Frames.join(header, stored));

        Message head = decoder.decodeHead(beginning, 1000);

        assertEquals(7, head.priority());
        assertEquals(6000, head.expiresAtMs());
        assertTrue(head.isDurable());
        assertEquals(header.length + head.encoded().length, beginning.position());
        assertArrayEquals(Arrays.copyOf(stored, head.encoded().length), head.encoded());
        assertTrue(head.encoded().length < 5000);
    }

    @Test
    void isTakenOnlyWhenTheBodyBegins() {
        byte[] sections = Frames.join(header(), properties());
        byte[] whole = Frames.join(sections, body());
        assertTrue(sections.length < HEADER_AND_PROPERTIES_MAX);

        for (int cut = 0; cut < sections.length + 3; cut++) {
            ByteBuffer beginning = ByteBuffer.wrap(whole, 0, cut);
            assertNull(decoder.decodeHead(beginning, 0), "cut at " + cut);
            assertEquals(0, beginning.position());
        }
        Message head = decoder.decodeHead(ByteBuffer.wrap(whole, 0, sections.length + 10), 0);
        assertEquals(sections.length - header().length + 10, head.encoded().length);
    }

    @Test
    void wrongOrderIsNoHead() {
        byte[] wrong = Frames.join(properties(), header(), body());

        assertNull(decoder.decodeHead(ByteBuffer.wrap(wrong), 0));
    }

    @Test
    void sameDecoderDecodesAWholeMessageAfterwards() {
        byte[] whole = Frames.join(header(), properties(), body());
        decoder.decodeHead(ByteBuffer.wrap(whole, 0, 50), 0);

        Message message = decoder.decode(ByteBuffer.wrap(whole), 0);

        assertEquals(whole.length - header().length, message.encoded().length);
    }
}
