// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;

/** Random messages that are valid; equal seeds make equal messages. */
final class RandomMessages {
    private final Random random;

    RandomMessages(long seed) {
        random = new Random(seed);
    }

    org.apache.qpid.proton.message.Message next() {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setHeader(maybe() ? header() : null);
        message.setDeliveryAnnotations(maybe() ? new DeliveryAnnotations(annotations()) : null);
        message.setMessageAnnotations(maybe() ? new MessageAnnotations(annotations()) : null);
        message.setProperties(maybe() ? properties() : null);
        message.setApplicationProperties(maybe() ? new ApplicationProperties(applicationProperties()) : null);
        message.setBody(body());
        message.setFooter(maybe() ? new Footer(annotations()) : null);
        return message;
    }

    private Header header() {
        Header header = new Header();
        header.setDurable(maybe() ? maybe() : null);
        header.setPriority(maybe() ? UnsignedByte.valueOf((byte) random.nextInt(256)) : null);
        header.setTtl(maybe() ? UnsignedInteger.valueOf(random.nextInt()) : null);
        header.setFirstAcquirer(maybe() ? maybe() : null);
        header.setDeliveryCount(maybe() ? UnsignedInteger.valueOf(random.nextInt(300)) : null);
        return header;
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setMessageId(maybe() ? id() : null);
        properties.setUserId(maybe() ? new Binary(text().getBytes()) : null);
        properties.setTo(maybe() ? text() : null);
        properties.setSubject(maybe() ? text() : null);
        properties.setReplyTo(maybe() ? text() : null);
        properties.setCorrelationId(maybe() ? id() : null);
        properties.setContentType(maybe() ? Symbol.valueOf("text/plain") : null);
        properties.setAbsoluteExpiryTime(maybe() ? new Date(random.nextInt(Integer.MAX_VALUE)) : null);
        properties.setCreationTime(maybe() ? new Date(random.nextInt(Integer.MAX_VALUE)) : null);
        properties.setGroupId(maybe() ? text() : null);
        properties.setGroupSequence(maybe() ? UnsignedInteger.valueOf(random.nextInt()) : null);
        return properties;
    }

    private Object id() {
        return switch (random.nextInt(4)) {
            case 0 -> text();
            case 1 -> new UUID(random.nextLong(), random.nextLong());
            case 2 -> UnsignedLong.valueOf(random.nextLong());
            default -> new Binary(bytes(20));
        };
    }

    private Map<Symbol, Object> annotations() {
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            annotations.put(Symbol.valueOf("x-opt-" + random.nextInt(100)), value(2));
        }
        return annotations;
    }

    private Map<String, Object> applicationProperties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            properties.put("key" + random.nextInt(100), value(0));
        }
        return properties;
    }

    private Section body() {
        return switch (random.nextInt(3)) {
            case 0 -> new Data(new Binary(bytes(2_000)));
            case 1 -> new AmqpSequence(list(2));
            default -> new AmqpValue(value(2));
        };
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            list.add(value(depth - 1));
        }
        return list;
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 18 : 15)) {
            case 0 -> text();
            case 1 -> maybe();
            case 2 -> (byte) random.nextInt();
            case 3 -> (short) random.nextInt();
            case 4 -> random.nextInt();
            case 5 -> random.nextLong();
            case 6 -> random.nextFloat();
            case 7 -> random.nextDouble();
            case 8 -> UnsignedByte.valueOf((byte) random.nextInt());
            case 9 -> UnsignedInteger.valueOf(random.nextInt());
            case 10 -> UnsignedLong.valueOf(random.nextLong());
            case 11 -> UnsignedShort.valueOf((short) random.nextInt());
            case 12 -> new Date(random.nextLong());
            case 13 -> new UUID(random.nextLong(), random.nextLong());
            case 14 -> new Binary(bytes(600));
            case 15 -> list(depth);
            case 16 -> Map.of("k", value(depth - 1));
            default -> new Symbol[] {Symbol.valueOf("a"), Symbol.valueOf("b")};
        };
    }

    private String text() {
        return "t" + Long.toString(random.nextLong(), 36).repeat(random.nextInt(30));
    }

    private byte[] bytes(int lengthMax) {
        byte[] bytes = new byte[random.nextInt(lengthMax)];
        random.nextBytes(bytes);
        return bytes;
    }

    private boolean maybe() {
        return random.nextBoolean();
    }
}
