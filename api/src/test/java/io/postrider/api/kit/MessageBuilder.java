// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.kit;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import java.nio.charset.StandardCharsets;

/** Builds messages for tests: durable, priority 4, no times, body "hello". */
public final class MessageBuilder {
    private byte[] encoded = "hello".getBytes(StandardCharsets.UTF_8);
    private boolean durable = true;
    private int priority = Message.PRIORITY_DEFAULT;
    private long expiresAtMs = Message.NEVER;
    private long deliverAtMs = Message.NEVER;
    private Annotations added = Annotations.NONE;

    private MessageBuilder() {}

    public static MessageBuilder aMessage() {
        return new MessageBuilder();
    }

    public MessageBuilder withBody(String body) {
        return withBody(body.getBytes(StandardCharsets.UTF_8));
    }

    public MessageBuilder withBody(byte[] body) {
        this.encoded = body;
        return this;
    }

    public MessageBuilder nonDurable() {
        this.durable = false;
        return this;
    }

    public MessageBuilder withPriority(int priority) {
        this.priority = priority;
        return this;
    }

    public MessageBuilder expiringAt(long expiresAtMs) {
        this.expiresAtMs = expiresAtMs;
        return this;
    }

    public MessageBuilder deliverAt(long deliverAtMs) {
        this.deliverAtMs = deliverAtMs;
        return this;
    }

    public MessageBuilder withAdded(Annotations added) {
        this.added = added;
        return this;
    }

    public Message build() {
        return new Message(encoded, 0, durable, priority, expiresAtMs, deliverAtMs, added);
    }
}
