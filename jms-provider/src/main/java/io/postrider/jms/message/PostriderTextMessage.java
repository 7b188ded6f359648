// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import org.jspecify.annotations.Nullable;

/** A message with a string, or null, as its body. */
final class PostriderTextMessage extends PostriderMessage implements TextMessage {
    private @Nullable String text;

    @Override
    byte typeCode() {
        return SectionCodes.TYPE_TEXT;
    }

    @Override
    void writeBody(AmqpWriter writer) {
        writer.writeDescriptor(SectionCodes.VALUE);
        writer.writeStringOrNull(text);
    }

    @Override
    void readBody(Reception received) throws JMSException {
        if (received.sections().bodyCode() == SectionCodes.DATA) {
            text = new String(Bodies.data(received.sections()).copy(), MessageDecoder.charset(received.sections()));
            return;
        }
        AmqpReader reader = received.sections().body();
        Object value = reader.readObject();
        text = value == null ? null : value.toString();
    }

    @Override
    void emptyBody() {
        text = null;
    }

    @Override
    @Nullable
    Object body() {
        return text;
    }

    @Override
    boolean isBodyOf(Class<?> target) {
        return text == null || target.isAssignableFrom(String.class);
    }

    @Override
    public void setText(@Nullable String newText) throws JMSException {
        checkBodyWritable();
        text = newText;
    }

    @Override
    public @Nullable String getText() throws JMSException {
        loadBody();
        return text;
    }
}
