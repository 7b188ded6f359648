// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.message.ObjectPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Everything a connection URI can say, under the names Qpid JMS gave the options. Immutable.
 *
 * @param hostname virtual host (amqp.vhost), else the host
 */
public record ClientOptions(
        String host,
        int port,
        String hostname,
        Identity identity,
        Timeouts timeouts,
        Prefetch prefetch,
        Presettle presettle,
        Sending sending,
        Receiving receiving,
        Transport transport,
        AddressPrefixes prefixes) {

    private static final int PREFETCH_MAX = 1_000_000;
    private static final int FOREVER = -1;
    /** System property for every connection that does not say otherwise. */
    public static final String ALLOW_LIST_PROPERTY = "io.postrider.jms.deserializationPolicy.allowList";

    /** Who connects. */
    public record Identity(
            @Nullable String user,
            @Nullable String password,
            @Nullable String clientId,
            String clientIdPrefix) {}

    /** How long to wait, in milliseconds; negative for ever. */
    public record Timeouts(int connectMs, int requestMs, int sendMs, int closeMs, int drainMs) {}

    /** How many messages the broker may send ahead of the application. */
    public record Prefetch(int queue, int topic, int durableTopic, int browser) {}

    /** For whom messages are settled as they are sent: nothing is confirmed and nothing comes again. */
    public record Presettle(
            boolean queueProducers,
            boolean topicProducers,
            boolean transactedProducers,
            boolean queueConsumers,
            boolean topicConsumers) {
        public boolean isProducer(@Nullable DestinationKind kind) {
            if (kind == null) {
                return queueProducers && topicProducers;
            }
            return kind.isTopic() ? topicProducers : queueProducers;
        }

        public boolean isConsumer(DestinationKind kind) {
            return kind.isTopic() ? topicConsumers : queueConsumers;
        }
    }

    /** Form of message ids. */
    public enum MessageIdType {
        DEFAULT,
        UUID,
        UUID_STRING,
        PREFIXED_UUID_STRING
    }

    /** When an acknowledgement by the application waits for the broker. */
    public enum AckConfirmation {
        /** Where the broker offers it. */
        AUTO,
        ALWAYS,
        NEVER
    }

    /** @param isSyncForced whether also non-persistent sends wait for the broker */
    public record Sending(
            boolean isSyncForced, boolean isAsyncForced, boolean isUserIdPopulated, MessageIdType messageIdType) {}

    /**
     * @param isExpiryChecked whether expired messages are kept from the application
     * @param redeliveriesMax failed attempts after which a message is refused; negative for no limit
     * @param isNoWaitLocal whether receiveNoWait looks no further than what has arrived
     * @param ackConfirmation whether Message.acknowledge waits until the broker has made it durable
     */
    public record Receiving(
            boolean isExpiryChecked,
            int redeliveriesMax,
            boolean isNoWaitLocal,
            boolean isLocalOnly,
            AckConfirmation ackConfirmation,
            ObjectPolicy objects) {}

    /** The connection below JMS. */
    public record Transport(
            int idleTimeoutMs,
            int maxFrameSize,
            int channelMax,
            boolean hasSaslLayer,
            boolean isTcpNoDelay,
            boolean isDaemon) {}

    /** @throws IllegalArgumentException with a sentence that names the option */
    public static ClientOptions parse(String text) {
        ConnectionUri uri = ConnectionUri.parse(text);
        OptionReader reader = new OptionReader(uri.options());
        ClientOptions options = new ClientOptions(
                uri.host(),
                uri.port(),
                reader.text("amqp.vhost", uri.host()),
                identity(reader),
                timeouts(reader),
                prefetch(reader),
                presettle(reader),
                sending(reader),
                receiving(reader),
                transport(reader),
                new AddressPrefixes(reader.text("jms.queuePrefix", ""), reader.text("jms.topicPrefix", "")));
        reader.checkAllKnown();
        return options;
    }

    private static Identity identity(OptionReader reader) {
        return new Identity(
                reader.textOrNull("jms.username"),
                reader.textOrNull("jms.password"),
                reader.textOrNull("jms.clientID"),
                reader.text("jms.clientIDPrefix", "ID:"));
    }

    private static Timeouts timeouts(OptionReader reader) {
        int transportConnectMs = reader.number("transport.connectTimeout", 15_000, 0, Integer.MAX_VALUE);
        return new Timeouts(
                reader.number("jms.connectTimeout", transportConnectMs, 0, Integer.MAX_VALUE),
                reader.number("jms.requestTimeout", FOREVER, FOREVER, Integer.MAX_VALUE),
                reader.number("jms.sendTimeout", FOREVER, FOREVER, Integer.MAX_VALUE),
                reader.number("jms.closeTimeout", 60_000, FOREVER, Integer.MAX_VALUE),
                reader.number("amqp.drainTimeout", 60_000, FOREVER, Integer.MAX_VALUE));
    }

    private static Prefetch prefetch(OptionReader reader) {
        int all = reader.number("jms.prefetchPolicy.all", 1000, 0, PREFETCH_MAX);
        return new Prefetch(
                reader.number("jms.prefetchPolicy.queuePrefetch", all, 0, PREFETCH_MAX),
                reader.number("jms.prefetchPolicy.topicPrefetch", all, 0, PREFETCH_MAX),
                reader.number("jms.prefetchPolicy.durableTopicPrefetch", all, 0, PREFETCH_MAX),
                reader.number("jms.prefetchPolicy.queueBrowserPrefetch", all, 0, PREFETCH_MAX));
    }

    private static Presettle presettle(OptionReader reader) {
        boolean all = reader.flag("jms.presettlePolicy.presettleAll", false);
        boolean producers = reader.flag("jms.presettlePolicy.presettleProducers", all);
        boolean consumers = reader.flag("jms.presettlePolicy.presettleConsumers", all);
        return new Presettle(
                reader.flag("jms.presettlePolicy.presettleQueueProducers", producers),
                reader.flag("jms.presettlePolicy.presettleTopicProducers", producers),
                reader.flag("jms.presettlePolicy.presettleTransactedProducers", producers),
                reader.flag("jms.presettlePolicy.presettleQueueConsumers", consumers),
                reader.flag("jms.presettlePolicy.presettleTopicConsumers", consumers));
    }

    private static Sending sending(OptionReader reader) {
        return new Sending(
                reader.flag("jms.forceSyncSend", false),
                reader.flag("jms.forceAsyncSend", false),
                reader.flag("jms.populateJMSXUserID", false),
                reader.choice("jms.messageIDPolicy.messageIDType", MessageIdType.DEFAULT));
    }

    private static Receiving receiving(OptionReader reader) {
        String allowed =
                reader.text("jms.deserializationPolicy.allowList", System.getProperty(ALLOW_LIST_PROPERTY, ""));
        return new Receiving(
                reader.flag("jms.localMessageExpiry", true),
                reader.number("jms.redeliveryPolicy.maxRedeliveries", FOREVER, FOREVER, Integer.MAX_VALUE),
                reader.flag("jms.receiveNoWaitLocalOnly", false),
                reader.flag("jms.receiveLocalOnly", false),
                reader.choice("jms.confirmAcknowledge", AckConfirmation.AUTO),
                ObjectPolicy.parse(allowed, reader.text("jms.deserializationPolicy.denyList", "")));
    }

    private static Transport transport(OptionReader reader) {
        return new Transport(
                reader.number("amqp.idleTimeout", 60_000, 0, Integer.MAX_VALUE),
                reader.number("amqp.maxFrameSize", 128 * 1024, 512, Integer.MAX_VALUE),
                reader.number("amqp.channelMax", 32_767, 0, 65_535),
                reader.flag("amqp.saslLayer", true),
                reader.flag("transport.tcpNoDelay", true),
                reader.flag("jms.useDaemonThread", false));
    }
}
