// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import com.sun.management.ThreadMXBean;
import io.postrider.api.message.Message;
import io.postrider.api.selector.Selector;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;

/**
 * Time and allocation of the codec's hot methods for a message as a JMS client sends it: header, two annotations, six
 * properties, two application properties and a body of 1 KiB. Run main; it prints the best of ten rounds, because on a
 * shared machine the others tell of the neighbours.
 */
public final class CodecBench {
    private static final int ROUNDS = 10;
    private static final int CALLS = 2_000_000;
    private static final long NOW_MS = 1_700_000_000_000L;

    private CodecBench() {}

    public static void main(String[] args) {
        byte[] payload = payload();
        ByteBuffer direct =
                ByteBuffer.allocateDirect(payload.length).put(payload).flip();
        MessageDecoder decoder = new MessageDecoder();
        DeliveryPrefix prefix = new DeliveryPrefix();
        Message message = decoder.decode(direct, NOW_MS);
        AmqpMessageInspector inspector = new AmqpMessageInspector();
        Selector selector = Selector.parse("price > 10 AND kind = 'book' AND JMSPriority >= 4");

        System.out.println("payload " + payload.length + " bytes, stored " + message.sizeBytes());
        measure(
                "decode (the stored bytes and the Message are its result)",
                () -> decoder.decode(direct, NOW_MS).expiresAtMs());
        measure("copy alone, for comparison", () -> {
            byte[] copy = new byte[message.heapBytes()];
            direct.get(payload.length - copy.length, copy);
            return copy[copy.length - 1];
        });
        measure("prefix", () -> {
            prefix.encode(message, 0, NOW_MS);
            return prefix.length();
        });
        measure("selector of three terms", () -> selector.matches(inspector.open(message)) ? 1 : 0);
    }

    private static byte[] payload() {
        Header header = new Header();
        header.setDurable(true);
        Properties properties = new Properties();
        properties.setMessageId("ID:6f1c2a34-5d0e-4a0b-9d5e-6f1c2a345d0e:1:1-1");
        properties.setTo("orders");
        properties.setReplyTo("answers");
        properties.setCorrelationId("order 4711");
        properties.setContentType(Symbol.valueOf("application/octet-stream"));
        properties.setCreationTime(new java.util.Date(NOW_MS));
        return Encoded.values(
                header,
                new MessageAnnotations(Map.of(
                        Symbol.valueOf("x-opt-jms-msg-type"), (byte) 3, Symbol.valueOf("x-opt-jms-dest"), (byte) 0)),
                properties,
                new ApplicationProperties(Map.of("kind", "book", "price", 12)),
                new Data(new Binary(new byte[1024])));
    }

    private static void measure(String name, LongSupplier call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double bestNs = Double.MAX_VALUE;
        long bytesPerCall = 0;
        long sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long startBytes = threads.getCurrentThreadAllocatedBytes();
            long startNs = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                sum += call.getAsLong();
            }
            bestNs = Math.min(bestNs, (System.nanoTime() - startNs) / (double) CALLS);
            bytesPerCall = (threads.getCurrentThreadAllocatedBytes() - startBytes) / CALLS;
        }
        System.out.printf("%-60s %7.1f ns %6d bytes (checksum %d)%n", name, bestNs, bytesPerCall, sum);
    }
}
