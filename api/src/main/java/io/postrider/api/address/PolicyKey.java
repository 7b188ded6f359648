// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every setting an address can have: its name, what its value is, what holds when nobody sets it, and what it means. The order is the order
 * of the reference page; names and defaults are part of what users rely on.
 */
public enum PolicyKey {
    AUTO_CREATE("auto-create", PolicyType.BOOLEAN, "true", "Whether first use creates the address"),
    MAX_ATTEMPTS(
            "redelivery.max-attempts",
            PolicyType.COUNT,
            "10",
            "Failed attempts after which a message is dead-lettered; 0 means no limit"),
    REDELIVERY_DELAY(
            "redelivery.delay-ms", PolicyType.DURATION, "0", "How long a failed message waits for its next attempt"),
    REDELIVERY_BACKOFF(
            "redelivery.backoff",
            PolicyType.CHOICE,
            "fixed",
            "Whether each wait is as long as the first, or grows by redelivery.multiplier with each failed attempt",
            "fixed",
            "exponential"),
    REDELIVERY_MULTIPLIER(
            "redelivery.multiplier",
            PolicyType.FACTOR,
            "2",
            "By what a wait grows with each failed attempt; less than 1 counts as 1"),
    REDELIVERY_MAX_DELAY(
            "redelivery.max-delay-ms",
            PolicyType.DURATION,
            "3600000",
            "No wait of the broker's choice is longer; 0 means no limit"),
    REDELIVERY_JITTER(
            "redelivery.jitter",
            PolicyType.FACTOR,
            "0",
            "Share of a wait, 0 to 1, by which it may be shorter, so that messages that failed together do not come back together"),
    DEFERRAL_MAX(
            "deferral.max",
            PolicyType.COUNT,
            "10000",
            "How many messages of a queue or subscription consumers may put aside; one more comes back as a failed attempt"),
    DEAD_LETTER_ADDRESS(
            "dead-letter.address",
            PolicyType.TEXT,
            "DLQ",
            "Queue for dead letters; {address} and {subscription} stand for where the message was; empty drops and counts them"),
    EXPIRY_ADDRESS(
            "expiry.address",
            PolicyType.TEXT,
            "",
            "Queue for expired messages, named likewise; empty drops and counts them"),
    TTL_DEFAULT(
            "ttl.default-ms",
            PolicyType.DURATION,
            "0",
            "Time to live of messages sent without one, from their delivery time on; 0 means for ever"),
    TTL_MIN("ttl.min-ms", PolicyType.DURATION, "0", "A shorter time to live is raised to this; 0 raises none"),
    TTL_MAX(
            "ttl.max-ms",
            PolicyType.DURATION,
            "0",
            "A longer time to live, or none, is cut to this: the greatest age of a message; 0 cuts none"),
    DEDUPE_WINDOW(
            "dedupe.window-ms",
            PolicyType.DURATION,
            "300000",
            "How long an id (annotation x-opt-dedupe-id) is remembered, and a message with it again is accepted and not kept; 0 remembers none"),
    DEDUPE_COUNT(
            "dedupe.count", PolicyType.COUNT, "100000", "How many ids are remembered at the most; the oldest go first"),
    DEDUPE_BY_MESSAGE_ID(
            "dedupe.by-message-id",
            PolicyType.BOOLEAN,
            "false",
            "Whether the message-id counts as the id of a message that has no other"),
    LIMIT_MESSAGES(
            "limit.messages",
            PolicyType.COUNT,
            "0",
            "Messages of a queue, or of any durable subscription of a topic, at which it is full; 0 means no limit"),
    LIMIT_BYTES("limit.bytes", PolicyType.BYTES, "0", "The same in bytes; 0 means no limit"),
    LIMIT_WHEN_FULL(
            "limit.when-full",
            PolicyType.CHOICE,
            "hold",
            "What a full address does: gives its producers no more credit (what they sent with the credit they have is taken), refuses messages, or accepts and drops them",
            "hold",
            "reject",
            "drop-new"),
    RATE_MESSAGES(
            "rate.messages-per-second",
            PolicyType.COUNT,
            "0",
            "Above this its producers get no credit for a while; what they sent already is taken; 0 means no limit"),
    RATE_BYTES("rate.bytes-per-second", PolicyType.BYTES, "0", "The same in bytes"),
    RATE_USER_MESSAGES(
            "rate.user-messages-per-second",
            PolicyType.COUNT,
            "0",
            "The same for the producers of each user by itself"),
    RATE_USER_BYTES("rate.user-bytes-per-second", PolicyType.BYTES, "0", "The same in bytes"),
    UNROUTED(
            "unrouted",
            PolicyType.CHOICE,
            "drop",
            "What happens to a message for a topic that no subscription wants: accepted, counted and dropped; refused; or sent to alternate.address",
            "drop",
            "reject",
            "alternate"),
    ALTERNATE_ADDRESS("alternate.address", PolicyType.TEXT, "", "Queue for what no subscription wants"),
    CONSUMERS_EXCLUSIVE(
            "consumers.exclusive",
            PolicyType.BOOLEAN,
            "false",
            "Whether one consumer at a time gets messages: the one of the highest priority, then the oldest; the next one follows when nothing is unsettled any more"),
    GROUPS_ENABLED(
            "groups.enabled",
            PolicyType.BOOLEAN,
            "true",
            "Whether the messages of one group (JMSXGroupID, AMQP group-id) stay with one consumer"),
    GROUPS_BUCKETS(
            "groups.buckets",
            PolicyType.COUNT,
            "0",
            "How many parts of all groups are given to consumers; 0 gives each group by itself"),
    PARTITIONS(
            "partitions",
            PolicyType.COUNT,
            "0",
            "How many partitions all messages are divided into by their group or x-opt-partition-key, at most 1024, each of which is consumed by one consumer at a time; 0 means none"),
    LEASE(
            "delivery.lease-ms",
            PolicyType.DURATION,
            "0",
            "A delivery that is not settled or renewed for so long goes back with a failed attempt; 0 means never"),
    SLOW_CONSUMER(
            "slow-consumer.unsettled-ms",
            PolicyType.DURATION,
            "0",
            "A consumer that has had a delivery for so long is reported as slow, once; 0 reports none"),
    AUTO_DELETE(
            "auto-delete-ms",
            PolicyType.DURATION,
            "0",
            "An address that was created by its first use is deleted when for so long it had no messages, consumers, producers and durable subscriptions; 0 means never"),
    RETENTION_TIME(
            "retention.time",
            PolicyType.DURATION,
            "0",
            "How long durable messages stay readable after every subscription is done with them, from their publication on; 0 sets no bound, and without any bound of retention they go at once"),
    RETENTION_BYTES(
            "retention.bytes",
            PolicyType.BYTES,
            "0",
            "How many bytes of the newest messages stay readable; 0 sets no bound. The tightest bound wins"),
    RETENTION_COUNT(
            "retention.count",
            PolicyType.COUNT,
            "0",
            "How many of the newest messages stay readable; 0 sets no bound. The tightest bound wins"),
    SUBSCRIPTION_START(
            "subscription.start",
            PolicyType.TEXT,
            "new",
            "Where a new subscription that does not say begins, in what is retained: new, earliest, last:N, an offset, or a duration such as 10m"),
    NON_DESTRUCTIVE(
            "non-destructive",
            PolicyType.BOOLEAN,
            "false",
            "Whether each consumer of a queue reads all of it by itself, and acknowledging removes nothing; expiry, ring and last value do"),
    RING_MESSAGES(
            "ring.messages",
            PolicyType.COUNT,
            "0",
            "How many messages a queue, or each subscription of a topic, keeps: a newer one displaces the oldest; 0 means no limit");

    /** Partitions an address can have. */
    public static final int PARTITIONS_MAX = 1024;

    private final String text;
    private final PolicyType type;
    private final String fallback;
    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> choices;

    PolicyKey(String text, PolicyType type, String fallback, String meaning, String... choices) {
        this.text = text;
        this.type = type;
        this.fallback = fallback;
        this.meaning = meaning;
        this.choices = List.of(choices);
    }

    /** Its name, as in {@code redelivery.max-attempts}. */
    public String text() {
        return text;
    }

    public PolicyType type() {
        return type;
    }

    /** The canonical text of the value that holds when nobody sets it. */
    public String fallback() {
        return fallback;
    }

    public String meaning() {
        return meaning;
    }

    /** What a choice may be; empty for other types. */
    public List<String> choices() {
        return choices;
    }

    /** The key of a name; null if there is none. */
    public static @Nullable PolicyKey of(String name) {
        for (PolicyKey key : values()) {
            if (key.text.equals(name)) {
                return key;
            }
        }
        return null;
    }

    /**
     * The canonical text of a value: numbers without units.
     *
     * @throws IllegalArgumentException naming the key, what was expected and what was found
     */
    public String canonical(String value) {
        if (this == SUBSCRIPTION_START) {
            return start(value);
        }
        if (type == PolicyType.TEXT) {
            return value;
        }
        if (type == PolicyType.CHOICE) {
            String choice = value.toLowerCase(Locale.ROOT);
            if (choices.contains(choice)) {
                return choice;
            }
            throw new IllegalArgumentException(
                    "Expected " + text + " to be one of " + choices + ", but got '" + value + "'");
        }
        try {
            long number = type.parse(value.trim().replace("_", ""));
            if (number >= 0 && (this != PARTITIONS || number <= PARTITIONS_MAX)) {
                return switch (type) {
                    case BOOLEAN -> number == 1 ? "true" : "false";
                    case FACTOR ->
                        java.math.BigDecimal.valueOf(number, 3)
                                .stripTrailingZeros()
                                .toPlainString();
                    default -> Long.toString(number);
                };
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw wrong(value, e);
        }
        throw wrong(value, null);
    }

    private String start(String value) {
        try {
            return StartPosition.parse(value).text();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Expected " + text + ": " + e.getMessage(), e);
        }
    }

    private IllegalArgumentException wrong(String value, @Nullable Exception cause) {
        String expected = this == PARTITIONS ? "a count of 0 to " + PARTITIONS_MAX : type.expected();
        return new IllegalArgumentException(
                "Expected " + text + " to be " + expected + ", but got '" + value + "'", cause);
    }
}
