// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import java.util.Optional;

/** The four kinds of destination, with their names on the wire (x-opt-jms-dest, terminus capability). */
public enum DestinationKind {
    QUEUE((byte) 0, "queue", false, false),
    TOPIC((byte) 1, "topic", true, false),
    TEMPORARY_QUEUE((byte) 2, "temporary-queue", false, true),
    TEMPORARY_TOPIC((byte) 3, "temporary-topic", true, true);

    private final byte code;
    private final String capability;
    private final boolean isTopic;
    private final boolean isTemporary;

    DestinationKind(byte code, String capability, boolean isTopic, boolean isTemporary) {
        this.code = code;
        this.capability = capability;
        this.isTopic = isTopic;
        this.isTemporary = isTemporary;
    }

    /** Value of the annotations x-opt-jms-dest and x-opt-jms-reply-to. */
    public byte code() {
        return code;
    }

    public String capability() {
        return capability;
    }

    public boolean isTopic() {
        return isTopic;
    }

    public boolean isTemporary() {
        return isTemporary;
    }

    public static Optional<DestinationKind> ofCode(int code) {
        for (DestinationKind kind : values()) {
            if (kind.code == code) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** Reads the older textual annotation: a comma list of {@code queue}, {@code topic}, {@code temporary}. */
    public static Optional<DestinationKind> ofLegacyText(String text) {
        boolean temporary = text.contains("temporary");
        if (text.contains("topic")) {
            return Optional.of(temporary ? TEMPORARY_TOPIC : TOPIC);
        }
        if (text.contains("queue")) {
            return Optional.of(temporary ? TEMPORARY_QUEUE : QUEUE);
        }
        return Optional.empty();
    }
}
