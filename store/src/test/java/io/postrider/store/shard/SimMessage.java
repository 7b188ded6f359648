// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A message that a simulation sent. Immutable but for what became of it; one thread. */
final class SimMessage {
    static final String[] COLORS = {"red", "blue", "green"};

    final int number;
    final String address;
    final String color;
    final String container;
    final boolean isDurable;
    final int priority;
    final long deliverAtMs;
    final long expiresAtMs;
    final @Nullable LargeBody body;
    /** When it was sent, in the order of all that happens. */
    final long sentStamp;

    final int sentIn;
    boolean isConfirmed;
    long confirmedStamp;

    SimMessage(int number, String address, Random random, long nowMs, long stamp, int life, @Nullable LargeBody body) {
        this.number = number;
        this.address = address;
        this.body = body;
        color = COLORS[random.nextInt(COLORS.length)];
        container = random.nextInt(4) == 0 ? "container" : "other";
        isDurable = body != null || random.nextInt(6) > 0;
        priority = random.nextInt(3) == 0 ? random.nextInt(Message.PRIORITY_MAX + 1) : Message.PRIORITY_DEFAULT;
        deliverAtMs = random.nextInt(6) == 0 ? nowMs + random.nextInt(200) : Message.NEVER;
        expiresAtMs = random.nextInt(8) == 0 ? nowMs + 1 + random.nextInt(300) : Message.NEVER;
        sentStamp = stamp;
        sentIn = life;
    }

    Message encoded() {
        byte[] text = ("m" + number + " " + color).getBytes(StandardCharsets.UTF_8);
        return new Message(text, 0, isDurable, priority, expiresAtMs, deliverAtMs, Annotations.NONE, body);
    }

    /** The number in the body of a message. */
    static int numberOf(Message message) {
        String text = text(message);
        return Integer.parseInt(text.substring(1, text.indexOf(' ')));
    }

    /** What a selector may ask of a message. */
    static @Nullable Object field(Message message, String identifier) {
        String text = text(message);
        return identifier.equals("color") ? text.substring(text.indexOf(' ') + 1) : null;
    }

    private static String text(Message message) {
        return new String(message.encoded(), StandardCharsets.UTF_8);
    }

    /** The bytes of one chunk of a large body, the same whenever it is asked. */
    static byte[] chunk(long seed, int chunk) {
        Random random = new Random(seed * 31 + chunk);
        byte[] bytes = new byte[1 + random.nextInt(60)];
        random.nextBytes(bytes);
        return bytes;
    }

    boolean hasDelay() {
        return deliverAtMs != Message.NEVER;
    }

    boolean isExpiredAt(long nowMs) {
        return expiresAtMs != Message.NEVER && nowMs >= expiresAtMs;
    }

    @Override
    public String toString() {
        return "m" + number + "[" + address + " " + color + (isDurable ? " durable" : " soft") + " p" + priority
                + (hasDelay() ? " at " + deliverAtMs : "") + (expiresAtMs > 0 ? " until " + expiresAtMs : "")
                + (body == null ? "" : " " + body) + "]";
    }
}
