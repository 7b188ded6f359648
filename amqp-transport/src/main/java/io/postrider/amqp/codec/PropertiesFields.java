// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

/** Positions of fields in the properties section (AMQP 1.0 §3.2.4). */
final class PropertiesFields {
    static final int MESSAGE_ID = 0;
    static final int USER_ID = 1;
    static final int TO = 2;
    static final int SUBJECT = 3;
    static final int REPLY_TO = 4;
    static final int CORRELATION_ID = 5;
    static final int CONTENT_TYPE = 6;
    static final int CONTENT_ENCODING = 7;
    static final int ABSOLUTE_EXPIRY_TIME = 8;
    static final int CREATION_TIME = 9;
    static final int GROUP_ID = 10;
    static final int GROUP_SEQUENCE = 11;
    static final int REPLY_TO_GROUP_ID = 12;

    private PropertiesFields() {}
}
