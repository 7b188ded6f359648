// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.kit;

import java.util.Arrays;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;

/** Messages as another client would encode and decode them. */
public final class Encoded {
    private Encoded() {}

    public static byte[] text(String text) {
        Message message = Proton.message();
        message.setBody(new AmqpValue(text));
        return bytes(message);
    }

    public static byte[] bytes(Message message) {
        byte[] bytes = new byte[4096];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    public static Message message(byte[] bytes) {
        Message message = Proton.message();
        message.decode(bytes, 0, bytes.length);
        return message;
    }

    public static String text(byte[] bytes) {
        return (String) ((AmqpValue) message(bytes).getBody()).getValue();
    }
}
