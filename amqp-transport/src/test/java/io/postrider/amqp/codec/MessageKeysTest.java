// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static io.postrider.amqp.codec.Encoded.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.message.Message;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

/** The numbers of groups and partitions that AMQP messages have. */
class MessageKeysTest {
    private static final AmqpValue BODY = new AmqpValue("hello");

    private final AmqpMessageInspector inspector = new AmqpMessageInspector();

    private static Message ofGroup(String group, int sequence) {
        Properties properties = new Properties();
        properties.setMessageId("m");
        properties.setGroupId(group);
        properties.setGroupSequence(UnsignedInteger.valueOf(sequence));
        return stored(properties, BODY);
    }

    @Test
    void equalGroupsHaveEqualNumbersAndOthersHaveNone() {
        Properties plain = new Properties();
        plain.setMessageId("m");

        long key = inspector.groupKey(ofGroup("g", 1));
        assertNotEquals(0, key);
        assertEquals(0, key & 1, "groups are even");
        assertEquals(key, inspector.groupKey(ofGroup("g", 2)));
        assertNotEquals(key, inspector.groupKey(ofGroup("h", 1)));
        assertEquals(0, inspector.groupKey(stored(plain, BODY)));
        assertEquals(0, inspector.groupKey(stored(BODY)));
    }

    @Test
    void thePartitionKeyIsTheGroupOrElseTheAnnotation() {
        MessageAnnotations annotations =
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-partition-key"), "customer-7"));

        assertEquals(inspector.groupKey(ofGroup("g", 1)), inspector.partitionKey(ofGroup("g", 1)));
        assertEquals(1, inspector.partitionKey(stored(annotations, BODY)) & 1, "annotations are odd");
        assertEquals(0, inspector.partitionKey(stored(BODY)));
    }

    @Test
    void aSequenceOfMinusOneClosesTheGroup() {
        assertTrue(inspector.closesGroup(ofGroup("g", -1)));
        assertFalse(inspector.closesGroup(ofGroup("g", 1)));
    }
}
