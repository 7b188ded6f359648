// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.codec.AmqpReader;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes a JMS message of received bytes; which type, the sender's annotation or the shape of the body says. */
public final class MessageDecoder {
    /** Index of content-type in the properties section. */
    private static final int CONTENT_TYPE_FIELD = 6;

    private MessageDecoder() {}

    /**
     * @param encoded all sections; ownership passes to the message
     * @throws AmqpFormatException if the bytes are not an AMQP message
     */
    public static PostriderMessage decode(byte[] encoded, ReceiveContext context, long nowMs) {
        return message(new Reception(Sections.scan(encoded), context, nowMs));
    }

    static PostriderMessage message(Reception reception) {
        PostriderMessage message = empty(reception.sections());
        message.receive(reception);
        return message;
    }

    private static PostriderMessage empty(Sections sections) {
        return switch (sections.messageType) {
            case SectionCodes.TYPE_MESSAGE -> new PostriderMessage();
            case SectionCodes.TYPE_OBJECT -> new PostriderObjectMessage();
            case SectionCodes.TYPE_MAP -> new PostriderMapMessage();
            case SectionCodes.TYPE_BYTES -> new PostriderBytesMessage();
            case SectionCodes.TYPE_STREAM -> new PostriderStreamMessage();
            case SectionCodes.TYPE_TEXT -> new PostriderTextMessage();
            default -> emptyByShape(sections);
        };
    }

    private static PostriderMessage emptyByShape(Sections sections) {
        String contentType = contentType(sections);
        switch (sections.bodyCode()) {
            case SectionCodes.VALUE -> {
                AmqpReader reader = sections.body();
                reader.readDescriptor(new String[1]);
                if (reader.isAtString() || reader.isAtNull()) {
                    return new PostriderTextMessage();
                }
                return reader.isAtBinary() ? new PostriderBytesMessage() : new PostriderObjectMessage();
            }
            case SectionCodes.SEQUENCE -> {
                return new PostriderObjectMessage();
            }
            default -> {
                if (isText(contentType)) {
                    return new PostriderTextMessage();
                }
                return mediaType(contentType).equals("application/x-java-serialized-object")
                        ? new PostriderObjectMessage()
                        : new PostriderBytesMessage();
            }
        }
    }

    private static String contentType(Sections sections) {
        AmqpReader reader = sections.properties();
        if (reader == null || reader.enterList() <= CONTENT_TYPE_FIELD) {
            return "";
        }
        for (int field = 0; field < CONTENT_TYPE_FIELD; field++) {
            reader.skip();
        }
        String text = reader.readString();
        return text == null ? "" : text;
    }

    /** Character set a text body in data sections is in: the content type's parameter, else UTF-8. */
    static Charset charset(Sections sections) throws JMSException {
        String name = charsetName(contentType(sections));
        if (name == null) {
            return StandardCharsets.UTF_8;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new MessageFormatException("The text is in a character set unknown here: " + name);
        }
    }

    private static @Nullable String charsetName(String contentType) {
        for (String parameter : contentType.split(";")) {
            String trimmed = parameter.trim();
            if (trimmed.toLowerCase(Locale.ROOT).startsWith("charset=")) {
                return trimmed.substring("charset=".length()).replace("\"", "");
            }
        }
        return null;
    }

    private static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    private static boolean isText(String contentType) {
        String media = mediaType(contentType);
        return media.startsWith("text/")
                || media.endsWith("+json")
                || media.endsWith("+xml")
                || switch (media) {
                    case "application/json",
                            "application/xml",
                            "application/xml-dtd",
                            "application/javascript",
                            "application/ecmascript" -> true;
                    default -> false;
                };
    }
}
