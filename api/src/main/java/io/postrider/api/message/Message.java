// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.message;

import org.jspecify.annotations.Nullable;

/**
 * A message: what routing needs to know, and the bytes exactly as they arrived. Immutable; the arrays are shared, never
 * copied, and nobody writes to them.
 *
 * <p>{@code encoded} holds, in this order, the message-annotations section if there was one and then the bare message
 * and footer (AMQP 1.0 §3.2). Header and delivery annotations are not in it: both are rebuilt for each delivery. The
 * broker does not look inside; {@link io.postrider.api.port.MessageInspector} does, for selectors. Of a large message {@code encoded} is
 * only the beginning, with all that selectors may name; {@link #body} says where the rest is.
 */
public final class Message {
    public static final int PRIORITY_DEFAULT = 4;
    public static final int PRIORITY_MAX = 9;
    /** Value of a time that is not set. */
    public static final long NEVER = 0;

    private final byte[] encoded;
    private final int annotationsLength;
    private final boolean isDurable;
    private final byte priority;
    private final long expiresAtMs;
    private final long deliverAtMs;
    private final Annotations added;
    private final @Nullable LargeBody body;
    private final @Nullable DedupeId dedupeId;

    /**
     * @param encoded annotations section, bare message and footer; ownership passes to the message
     * @param annotationsLength bytes of the annotations section at the start of {@code encoded}, 0 if absent
     * @param priority 0 to 9
     * @param expiresAtMs wall clock, or {@link #NEVER}
     * @param deliverAtMs wall clock before which no consumer may see it, or {@link #NEVER}
     * @param added annotations the broker put on it
     */
    public Message(
            byte[] encoded,
            int annotationsLength,
            boolean isDurable,
            int priority,
            long expiresAtMs,
            long deliverAtMs,
            Annotations added) {
        this(encoded, annotationsLength, isDurable, priority, expiresAtMs, deliverAtMs, added, null);
    }

    /** A message of which the end is staged outside the heap; the other parameters as above. */
    public Message(
            byte[] encoded,
            int annotationsLength,
            boolean isDurable,
            int priority,
            long expiresAtMs,
            long deliverAtMs,
            Annotations added,
            @Nullable LargeBody body) {
        this(encoded, annotationsLength, isDurable, priority, expiresAtMs, deliverAtMs, added, body, null);
    }

    /**
     * A message that is kept once only; the other parameters as above.
     *
     * @param dedupeId what its sender calls it; null if it does not say
     */
    public Message(
            byte[] encoded,
            int annotationsLength,
            boolean isDurable,
            int priority,
            long expiresAtMs,
            long deliverAtMs,
            Annotations added,
            @Nullable LargeBody body,
            @Nullable DedupeId dedupeId) {
        if (annotationsLength < 0 || annotationsLength > encoded.length) {
            throw new IllegalArgumentException("Expected an annotations section of 0 to " + encoded.length
                    + " bytes, but got " + annotationsLength);
        }
        if (priority < 0 || priority > PRIORITY_MAX) {
            throw new IllegalArgumentException("Expected a priority of 0 to 9, but got " + priority);
        }
        this.encoded = encoded;
        this.annotationsLength = annotationsLength;
        this.isDurable = isDurable;
        this.priority = (byte) priority;
        this.expiresAtMs = expiresAtMs;
        this.deliverAtMs = deliverAtMs;
        this.added = added;
        this.body = body;
        this.dedupeId = dedupeId;
    }

    /** Shared bytes: do not write to them. */
    public byte[] encoded() {
        return encoded;
    }

    public int annotationsLength() {
        return annotationsLength;
    }

    public boolean isDurable() {
        return isDurable;
    }

    public int priority() {
        return priority;
    }

    public long expiresAtMs() {
        return expiresAtMs;
    }

    public long deliverAtMs() {
        return deliverAtMs;
    }

    public Annotations added() {
        return added;
    }

    public boolean isExpiredAt(long nowMs) {
        return expiresAtMs != NEVER && nowMs >= expiresAtMs;
    }

    /** The rest of a large message; null when {@code encoded} is all of it. */
    public @Nullable LargeBody body() {
        return body;
    }

    /** Encoded bytes of the whole message. */
    public long sizeBytes() {
        return body == null ? encoded.length : encoded.length + body.bytes();
    }

    /** Encoded bytes that this object holds in the heap. */
    public int heapBytes() {
        return encoded.length;
    }

    /** The same message with these annotations merged over those the broker added before. */
    public Message withAdded(Annotations more) {
        return more.isEmpty()
                ? this
                : new Message(
                        encoded,
                        annotationsLength,
                        isDurable,
                        priority,
                        expiresAtMs,
                        deliverAtMs,
                        added.merged(more),
                        body,
                        dedupeId);
    }

    /** The same message with these annotations in place of those the broker added before. */
    public Message withAddedOnly(Annotations replaced) {
        return new Message(
                encoded, annotationsLength, isDurable, priority, expiresAtMs, deliverAtMs, replaced, body, dedupeId);
    }

    /** What its sender calls it, so that it is kept once only; null if it does not say. */
    public @Nullable DedupeId dedupeId() {
        return dedupeId;
    }

    /** The same message under a name that its sender gave it. */
    public Message withDedupeId(DedupeId id) {
        return new Message(encoded, annotationsLength, isDurable, priority, expiresAtMs, deliverAtMs, added, body, id);
    }

    /** The same message with another end, or none. */
    public Message withExpiry(long changedMs) {
        return new Message(
                encoded, annotationsLength, isDurable, priority, changedMs, deliverAtMs, added, body, dedupeId);
    }

    /** The same message as a dead letter or expired message keeps it: it never expires, is due at once, and is no repetition. */
    public Message withoutTimes() {
        return new Message(encoded, annotationsLength, isDurable, priority, NEVER, NEVER, added, body);
    }

    @Override
    public String toString() {
        return "Message[" + sizeBytes() + " bytes, " + (isDurable ? "durable" : "non-durable") + "]";
    }
}
