// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The sections of a message in the order they must have (AMQP 1.0 §3.2). Any thread. */
enum Section {
    HEADER(0x70, "amqp:header:list", Shape.LIST),
    DELIVERY_ANNOTATIONS(0x71, "amqp:delivery-annotations:map", Shape.MAP),
    MESSAGE_ANNOTATIONS(0x72, "amqp:message-annotations:map", Shape.MAP),
    PROPERTIES(0x73, "amqp:properties:list", Shape.LIST),
    APPLICATION_PROPERTIES(0x74, "amqp:application-properties:map", Shape.MAP),
    DATA(0x75, "amqp:data:binary", Shape.BINARY),
    AMQP_SEQUENCE(0x76, "amqp:amqp-sequence:list", Shape.LIST),
    AMQP_VALUE(0x77, "amqp:amqp-value:*", Shape.ANY),
    FOOTER(0x78, "amqp:footer:map", Shape.MAP);

    /** What a section's value has to be. */
    enum Shape {
        LIST,
        MAP,
        BINARY,
        ANY;

        boolean fits(int code) {
            return switch (this) {
                case LIST -> code == TypeCodes.LIST0 || code == TypeCodes.LIST8 || code == TypeCodes.LIST32;
                case MAP -> code == TypeCodes.MAP8 || code == TypeCodes.MAP32;
                case BINARY -> code == TypeCodes.BINARY8 || code == TypeCodes.BINARY32;
                case ANY -> true;
            };
        }
    }

    private static final Section[] ALL = values();

    private final int code;
    private final String symbol;
    private final Shape shape;

    Section(int code, String symbol, Shape shape) {
        this.code = code;
        this.symbol = symbol;
        this.shape = shape;
    }

    int code() {
        return code;
    }

    /** The descriptor as a symbol, which few peers use. */
    byte[] symbol() {
        return symbol.getBytes(StandardCharsets.US_ASCII);
    }

    Shape shape() {
        return shape;
    }

    boolean isBody() {
        return this == DATA || this == AMQP_SEQUENCE || this == AMQP_VALUE;
    }

    /** Whether this section may stand directly or indirectly after another: in order, and only one kind of body. */
    boolean mayFollow(Section previous) {
        if (isBody() && previous.isBody()) {
            return this == previous && this != AMQP_VALUE;
        }
        return code > previous.code;
    }

    static @Nullable Section byCode(long code) {
        long index = code - HEADER.code;
        return index >= 0 && index < ALL.length ? ALL[(int) index] : null;
    }
}
