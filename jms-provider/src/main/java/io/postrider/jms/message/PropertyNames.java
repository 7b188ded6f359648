// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of properties: which are legal, and which have a place of their own on the wire. */
public final class PropertyNames {
    public static final String GROUP_ID = "JMSXGroupID";
    public static final String GROUP_SEQ = "JMSXGroupSeq";
    public static final String USER_ID = "JMSXUserID";
    public static final String DELIVERY_COUNT = "JMSXDeliveryCount";
    /** Time to live on the wire in place of the producer's: long, 0 to 2^32-1 ms. */
    public static final String TTL = "JMS_AMQP_TTL";

    public static final String REPLY_TO_GROUP_ID = "JMS_AMQP_REPLY_TO_GROUP_ID";
    /** Whether an object message is written as an AMQP value: boolean. */
    public static final String TYPED_ENCODING = "JMS_AMQP_TYPED_ENCODING";
    /** Outcome an acknowledgement sends: 1 accepted, 2 rejected, 3 released, 4 failed, 5 failed and undeliverable here. */
    public static final String ACK_TYPE = "JMS_AMQP_ACK_TYPE";
    /** Milliseconds a received message waits for its next attempt, when it is given back as failed: long or int. */
    public static final String RETRY_DELAY = "JMS_POSTRIDER_RETRY_DELAY";

    private static final Set<String> ELSEWHERE = Set.of(
            GROUP_ID,
            GROUP_SEQ,
            USER_ID,
            DELIVERY_COUNT,
            TTL,
            REPLY_TO_GROUP_ID,
            TYPED_ENCODING,
            ACK_TYPE,
            RETRY_DELAY);

    private static final Set<String> KEYWORDS =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    private PropertyNames() {}

    /** Whether the property is not an application property on the wire. */
    static boolean isElsewhere(String name) {
        return name.startsWith("JMS") && (ELSEWHERE.contains(name) || isProviders(name));
    }

    /** Whether an application may set the property on a message that it has received. */
    static boolean isForReceived(String name) {
        return ACK_TYPE.equals(name) || RETRY_DELAY.equals(name);
    }

    /** Whether only the provider sets the property, so that what an application sets is dropped (§3.5.9). */
    static boolean isProviders(String name) {
        return switch (name) {
            case DELIVERY_COUNT, "JMSXProducerTXID", "JMSXConsumerTXID", "JMSXRcvTimestamp", "JMSXState" -> true;
            default -> false;
        };
    }

    /**
     * Checks a name an application wants to set (§3.5.1).
     *
     * @throws IllegalArgumentException if it is null, empty, no identifier, or a word of the selector language
     */
    public static void check(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("Expected a property name, but got " + (name == null ? "null" : "''"));
        }
        if (!isIdentifier(name) || KEYWORDS.contains(name.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "Expected a property name that is an identifier and no word of the selector language, but got '"
                            + name + "'");
        }
    }

    private static boolean isIdentifier(String name) {
        if (!Character.isJavaIdentifierStart(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            if (!Character.isJavaIdentifierPart(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
