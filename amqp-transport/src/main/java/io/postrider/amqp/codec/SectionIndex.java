// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Message;
import java.nio.ByteBuffer;

/**
 * Where the sections of a stored message are, found in one pass. Owned by one thread, for one message.
 *
 * <p>Each accessor narrows the scanner to its section, so reading one cannot stray into the next.
 */
final class SectionIndex {
    static final int ABSENT = -1;

    private final ValueScanner scanner = new ValueScanner();
    private int annotationsAt = ABSENT;
    private int annotationsEnd;
    private int propertiesAt = ABSENT;
    private int propertiesEnd;
    private int applicationPropertiesAt = ABSENT;
    private int applicationPropertiesEnd;

    /** @throws UndecodableMessageException if the sections cannot be told apart */
    SectionIndex(Message message) {
        byte[] encoded = message.encoded();
        scanner.reset(ByteBuffer.wrap(encoded));
        int at = 0;
        while (at < encoded.length) {
            Section section = scanner.section(at);
            if (section.isBody()) {
                return;
            }
            int valueAt = scanner.valueAt();
            at = scanner.skip(valueAt);
            switch (section) {
                case MESSAGE_ANNOTATIONS -> {
                    annotationsAt = valueAt;
                    annotationsEnd = at;
                }
                case PROPERTIES -> {
                    propertiesAt = valueAt;
                    propertiesEnd = at;
                }
                case APPLICATION_PROPERTIES -> {
                    applicationPropertiesAt = valueAt;
                    applicationPropertiesEnd = at;
                }
                case HEADER, DELIVERY_ANNOTATIONS, DATA, AMQP_SEQUENCE, AMQP_VALUE, FOOTER -> {
                    // Not what selectors and addresses are made of.
                }
            }
        }
    }

    ValueScanner scanner() {
        return scanner;
    }

    /** Position of an annotation's value, or {@link #ABSENT}. */
    int annotation(byte[] key) {
        if (annotationsAt == ABSENT) {
            return ABSENT;
        }
        scanner.limit(annotationsEnd);
        return scanner.find(annotationsAt, key);
    }

    /** Position of a field of the properties section, or {@link #ABSENT} if it is missing or null. */
    int property(int index) {
        if (propertiesAt == ABSENT) {
            return ABSENT;
        }
        scanner.limit(propertiesEnd);
        return scanner.element(propertiesAt, index);
    }

    /** Position of an application property's value, or {@link #ABSENT}. */
    int applicationProperty(byte[] key) {
        if (applicationPropertiesAt == ABSENT) {
            return ABSENT;
        }
        scanner.limit(applicationPropertiesEnd);
        return scanner.find(applicationPropertiesAt, key);
    }
}
