// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotWriteableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message without a body, and what all messages share. Not thread-safe: owned by the application, except while a send
 * encodes it.
 *
 * <p>A received message keeps the bytes it came in and reads each part when it is first asked for. If its body was never
 * asked for and the message is sent on, the body's bytes are copied as they are.
 */
public class PostriderMessage implements Message {
    private @Nullable String messageId;
    private long timestamp;
    /** String as JMS shows it, or the binary an application set. */
    private @Nullable Object correlationId;

    private @Nullable Destination replyTo;
    private @Nullable Destination destination;
    private int deliveryMode = DeliveryMode.PERSISTENT;
    private boolean isRedelivered;
    private @Nullable String type;
    private long expiration;
    private long deliveryTime;
    private int priority = DEFAULT_PRIORITY;
    private final MessageProperties properties = new MessageProperties();

    private @Nullable Reception reception;
    private boolean arePropertiesPending;
    private boolean isHeaderPending;
    private boolean isBodyPending;
    private boolean arePropertiesReadOnly;
    private boolean isBodyReadOnly;
    private @Nullable Acknowledger acknowledger;

    PostriderMessage() {}

    /** Makes this the message that arrived. */
    final void receive(Reception received) {
        Sections sections = received.sections();
        reception = received;
        isHeaderPending = true;
        arePropertiesPending = true;
        isBodyPending = sections.hasBody();
        arePropertiesReadOnly = true;
        isBodyReadOnly = true;
        deliveryMode = sections.isDurable ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT;
        priority = sections.priority;
        expiration = sections.expiryMs;
        setDeliveryCount((int) Math.min(Integer.MAX_VALUE - 1, sections.deliveryCount));
    }

    // ---- what the message types differ in

    /** Value of x-opt-jms-msg-type. */
    byte typeCode() {
        return SectionCodes.TYPE_MESSAGE;
    }

    /** Content type of the body on the wire, or null. */
    byte @Nullable [] contentType() {
        return null;
    }

    /** Writes the body section. */
    void writeBody(AmqpWriter writer) throws JMSException {
        writer.writeDescriptor(SectionCodes.VALUE);
        writer.writeNull();
    }

    /** Reads the body sections; called at most once, before the body is first used. */
    void readBody(Reception received) throws JMSException {}

    /** Forgets the body and makes it writable. */
    void emptyBody() {}

    /** The body for {@link #getBody}, or null if there is none. */
    @Nullable
    Object body() throws JMSException {
        return null;
    }

    /** Whether a body that is there can be had as the class. */
    boolean isBodyOf(Class<?> target) throws JMSException {
        return true;
    }

    // ---- the body

    @Override
    public void clearBody() throws JMSException {
        isBodyPending = false;
        isBodyReadOnly = false;
        emptyBody();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable T getBody(Class<T> target) throws JMSException {
        loadBody();
        if (!isBodyAssignableTo(target)) {
            throw new MessageFormatException("The body cannot be had as " + target.getName());
        }
        return (T) body();
    }

    @Override
    @SuppressWarnings("rawtypes")
    public boolean isBodyAssignableTo(Class target) throws JMSException {
        loadBody();
        return isBodyOf(target);
    }

    /** Whether the body has not been touched since it arrived from another JMS client. */
    final boolean isBodyAsReceived() {
        return isBodyPending && reception != null && reception.sections().messageType != SectionCodes.TYPE_ABSENT;
    }

    final @Nullable Reception reception() {
        return reception;
    }

    final void loadBody() throws JMSException {
        if (isBodyPending && reception != null) {
            isBodyPending = false;
            try {
                readBody(reception);
            } catch (AmqpFormatException e) {
                throw JmsErrors.withCause(new MessageFormatException("The body cannot be read: " + e.getMessage()), e);
            }
        }
    }

    final boolean isBodyReadOnly() {
        return isBodyReadOnly;
    }

    final void setBodyReadOnly(boolean readOnly) {
        isBodyReadOnly = readOnly;
    }

    final void checkBodyWritable() throws JMSException {
        if (isBodyReadOnly) {
            throw new MessageNotWriteableException("The body is read-only; clearBody() makes it writable");
        }
        loadBody();
    }

    // ---- acknowledgement and delivery

    @Override
    public void acknowledge() throws JMSException {
        if (acknowledger != null) {
            acknowledger.acknowledge();
        }
    }

    public final void setAcknowledger(@Nullable Acknowledger to) {
        acknowledger = to;
    }

    /** Failed attempts before this delivery. */
    public final int deliveryCount() {
        return properties.get(PropertyNames.DELIVERY_COUNT) instanceof Integer count ? count - 1 : 0;
    }

    public final void setDeliveryCount(int failedAttempts) {
        properties.put(PropertyNames.DELIVERY_COUNT, failedAttempts + 1);
        isRedelivered = failedAttempts > 0;
    }

    /** A new message object for another delivery of the same bytes, so that what a listener changed is not seen again. */
    public final PostriderMessage again(int failedAttempts) throws JMSException {
        if (reception == null) {
            throw new IllegalStateException("Only a received message can be delivered again");
        }
        PostriderMessage copy = MessageDecoder.message(reception);
        copy.setDeliveryCount(failedAttempts);
        return copy;
    }

    /** When the message expires, milliseconds since the epoch; 0 for never. Reads no more than the arrival did. */
    public final long expiresAtMs() {
        return expiration;
    }

    // ---- header

    /** Reads the properties section; the header section was read on arrival. */
    private void loadHeader() {
        if (!isHeaderPending || reception == null) {
            return;
        }
        isHeaderPending = false;
        Sections sections = reception.sections();
        AmqpReader reader = sections.properties();
        String to = null;
        String reply = null;
        int fields = reader == null ? 0 : reader.enterList();
        for (int field = 0; field < fields && reader != null; field++) {
            switch (field) {
                case 0 -> messageId = MessageIds.toMessageId(reader.readId());
                case 1 -> properties.putIfPresent(PropertyNames.USER_ID, text(reader.readBinary()));
                case 2 -> to = reader.readString();
                case 3 -> type = reader.readString();
                case 4 -> reply = reader.readString();
                case 5 -> correlationId = MessageIds.toCorrelationId(reader.readId());
                case 8 -> expiration = reader.readLong(0);
                case 9 -> timestamp = reader.readLong(0);
                case 10 -> properties.putIfPresent(PropertyNames.GROUP_ID, reader.readString());
                case 11 -> properties.putIfPresent(PropertyNames.GROUP_SEQ, groupSequence(reader));
                case 12 -> properties.putIfPresent(PropertyNames.REPLY_TO_GROUP_ID, reader.readString());
                default -> reader.skip();
            }
        }
        DestinationKind linkKind = reception.destination().kind();
        destination = to == null
                ? reception.destination()
                : reception.destination(sections.destinationKind().orElse(linkKind), to);
        replyTo = reply == null
                ? null
                : reception.destination(sections.replyToKind().orElse(linkKind), reply);
        if (expiration == 0 && sections.ttlMs > 0) {
            expiration = reception.arrivedAtMs() + sections.ttlMs;
        }
        deliveryTime = sections.deliveryTimeMs != 0 ? sections.deliveryTimeMs : timestamp;
    }

    private static @Nullable String text(byte @Nullable [] utf8) {
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }

    private static @Nullable Integer groupSequence(AmqpReader reader) {
        return reader.skipNull() ? null : (int) reader.readLong(0);
    }

    @Override
    public @Nullable String getJMSMessageID() {
        loadHeader();
        return messageId;
    }

    @Override
    public void setJMSMessageID(@Nullable String id) {
        loadHeader();
        messageId = id;
    }

    @Override
    public long getJMSTimestamp() {
        loadHeader();
        return timestamp;
    }

    @Override
    public void setJMSTimestamp(long timestampMs) {
        loadHeader();
        timestamp = timestampMs;
    }

    @Override
    public byte @Nullable [] getJMSCorrelationIDAsBytes() throws JMSException {
        loadHeader();
        if (correlationId == null) {
            return null;
        }
        Object wire = wireCorrelationId();
        return wire instanceof byte[] bytes
                ? bytes.clone()
                : String.valueOf(wire).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void setJMSCorrelationIDAsBytes(byte @Nullable [] id) {
        loadHeader();
        correlationId = id == null ? null : id.clone();
    }

    @Override
    public @Nullable String getJMSCorrelationID() {
        loadHeader();
        return correlationId instanceof String text ? text : MessageIds.toCorrelationId(correlationId);
    }

    @Override
    public void setJMSCorrelationID(@Nullable String id) throws JMSException {
        loadHeader();
        if (id != null) {
            MessageIds.toWire(id);
        }
        correlationId = id;
    }

    /** The correlation id as it goes to the wire: String, Long for a ulong, UUID or byte[]. */
    final @Nullable Object wireCorrelationId() throws JMSException {
        loadHeader();
        return correlationId instanceof String text ? MessageIds.toWire(text) : correlationId;
    }

    @Override
    public @Nullable Destination getJMSReplyTo() {
        loadHeader();
        return replyTo;
    }

    @Override
    public void setJMSReplyTo(@Nullable Destination to) {
        loadHeader();
        replyTo = to;
    }

    @Override
    public @Nullable Destination getJMSDestination() {
        loadHeader();
        return destination;
    }

    @Override
    public void setJMSDestination(@Nullable Destination to) {
        loadHeader();
        destination = to;
    }

    @Override
    public int getJMSDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public void setJMSDeliveryMode(int mode) throws JMSException {
        if (mode != DeliveryMode.PERSISTENT && mode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSException("Expected a delivery mode of 1 or 2, but got " + mode);
        }
        deliveryMode = mode;
    }

    @Override
    public boolean getJMSRedelivered() {
        return isRedelivered;
    }

    @Override
    public void setJMSRedelivered(boolean redelivered) {
        isRedelivered = redelivered;
    }

    @Override
    public @Nullable String getJMSType() {
        loadHeader();
        return type;
    }

    @Override
    public void setJMSType(@Nullable String newType) {
        loadHeader();
        type = newType;
    }

    @Override
    public long getJMSExpiration() {
        loadHeader();
        return expiration;
    }

    @Override
    public void setJMSExpiration(long expiresAtMs) {
        loadHeader();
        expiration = expiresAtMs;
    }

    @Override
    public long getJMSDeliveryTime() {
        loadHeader();
        return deliveryTime;
    }

    @Override
    public void setJMSDeliveryTime(long deliverAtMs) {
        loadHeader();
        deliveryTime = deliverAtMs;
    }

    @Override
    public int getJMSPriority() {
        return priority;
    }

    @Override
    public void setJMSPriority(int newPriority) throws JMSException {
        if (newPriority < 0 || newPriority > 9) {
            throw new JMSException("Expected a priority of 0 to 9, but got " + newPriority);
        }
        priority = newPriority;
    }

    // ---- properties

    /** Every property, read from the wire first if need be. */
    public final MessageProperties properties() {
        if (arePropertiesPending && reception != null) {
            arePropertiesPending = false;
            loadHeader();
            properties.read(reception.sections().applicationProperties());
        }
        return properties;
    }

    @Override
    public void clearProperties() {
        Object count = properties().get(PropertyNames.DELIVERY_COUNT);
        properties.clear();
        properties.putIfPresent(PropertyNames.DELIVERY_COUNT, count);
        arePropertiesReadOnly = false;
    }

    @Override
    public boolean propertyExists(String name) {
        return properties().names().contains(name);
    }

    @Override
    public Enumeration<String> getPropertyNames() {
        List<String> names = new ArrayList<>(properties().names());
        return Collections.enumeration(names);
    }

    @Override
    public boolean getBooleanProperty(String name) throws JMSException {
        return Conversions.toBoolean(properties().get(name));
    }

    @Override
    public byte getByteProperty(String name) throws JMSException {
        return Conversions.toByte(properties().get(name));
    }

    @Override
    public short getShortProperty(String name) throws JMSException {
        return Conversions.toShort(properties().get(name));
    }

    @Override
    public int getIntProperty(String name) throws JMSException {
        return Conversions.toInt(properties().get(name));
    }

    @Override
    public long getLongProperty(String name) throws JMSException {
        return Conversions.toLong(properties().get(name));
    }

    @Override
    public float getFloatProperty(String name) throws JMSException {
        return Conversions.toFloat(properties().get(name));
    }

    @Override
    public double getDoubleProperty(String name) throws JMSException {
        return Conversions.toDouble(properties().get(name));
    }

    @Override
    public @Nullable String getStringProperty(String name) throws JMSException {
        return Conversions.toText(properties().get(name));
    }

    @Override
    public @Nullable Object getObjectProperty(String name) {
        return properties().get(name);
    }

    @Override
    public void setBooleanProperty(String name, boolean value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setByteProperty(String name, byte value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setShortProperty(String name, short value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setIntProperty(String name, int value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setLongProperty(String name, long value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setFloatProperty(String name, float value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setDoubleProperty(String name, double value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setStringProperty(String name, @Nullable String value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setObjectProperty(String name, @Nullable Object value) throws JMSException {
        setProperty(name, value);
    }

    private void setProperty(String name, @Nullable Object value) throws JMSException {
        if (arePropertiesReadOnly && !PropertyNames.isForReceived(name)) {
            throw new MessageNotWriteableException(
                    "The properties are read-only; clearProperties() makes them writable");
        }
        if (PropertyNames.RETRY_DELAY.equals(name) && !isDelay(value)) {
            throw new MessageFormatException(
                    "Expected " + name + " to be a whole number of milliseconds of at least 0, but got " + value);
        }
        properties().set(name, value);
    }

    private static boolean isDelay(@Nullable Object value) {
        boolean isWhole =
                value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte;
        return isWhole && value instanceof Number number && number.longValue() >= 0;
    }

    /** How long it waits for its next attempt, if it is given back as failed; below 0 where the application did not say. */
    public final long retryDelayMs() {
        return properties.get(PropertyNames.RETRY_DELAY) instanceof Number delay ? delay.longValue() : -1;
    }

    /** Sets or, with null, removes the user id that goes to the wire; what an application set is not sent. */
    public final void setUserId(@Nullable String user) {
        properties().remove(PropertyNames.USER_ID);
        properties.putIfPresent(PropertyNames.USER_ID, user);
    }

    /** The reply destination as our own kind, or null. */
    final @Nullable PostriderDestination ownReplyTo() throws JMSException {
        loadHeader();
        return replyTo == null ? null : Destinations.from(replyTo);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[id=" + getJMSMessageID() + ", destination=" + getJMSDestination() + "]";
    }
}
