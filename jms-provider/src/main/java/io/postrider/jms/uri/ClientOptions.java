// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.message.ObjectPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a connection URI can say, under the names Qpid JMS gave the options. Immutable.
 *
 * @param servers brokers to connect to, at least one
 * @param virtualHost asked for (amqp.vhost); null for the name of the broker's host
 * @param withoutEffect options of other clients that were given and mean nothing here
 */
public record ClientOptions(
        List<Server> servers,
        @Nullable String virtualHost,
        Identity identity,
        Timeouts timeouts,
        Prefetch prefetch,
        Presettle presettle,
        Sending sending,
        Receiving receiving,
        Transport transport,
        Tls tls,
        Failover failover,
        AddressPrefixes prefixes,
        List<String> withoutEffect) {

    private static final int PREFETCH_MAX = 1_000_000;
    private static final int FOREVER = -1;

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

    /** What becomes of a message that was redelivered too often. */
    public enum RefusalOutcome {
        ACCEPTED,
        REJECTED,
        RELEASED,
        MODIFIED_FAILED,
        MODIFIED_FAILED_UNDELIVERABLE
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
            RefusalOutcome redeliveryOutcome,
            boolean isNoWaitLocal,
            boolean isLocalOnly,
            AckConfirmation ackConfirmation,
            ObjectPolicy objects) {}

    /**
     * The connection below JMS.
     *
     * @param saslMechanisms those that may be used, or none to use what the broker offers
     * @param webSocketHeaders of the HTTP request that becomes a WebSocket
     */
    public record Transport(
            int idleTimeoutMs,
            int maxFrameSize,
            int channelMax,
            boolean hasSaslLayer,
            List<String> saslMechanisms,
            boolean allowsNonSecureRedirects,
            SocketOptions socket,
            Map<String, String> webSocketHeaders,
            boolean isDaemon) {}

    /** Options of the socket; a size of -1, and an empty address, leaves the system's choice. */
    public record SocketOptions(
            boolean isTcpNoDelay,
            boolean isKeptAlive,
            int sendBytes,
            int receiveBytes,
            int trafficClass,
            int lingerSeconds,
            String localAddress,
            int localPort) {}

    /** TLS; empty texts and lists leave Java's choice. */
    public record Tls(
            String keyStore,
            String keyStorePassword,
            String keyStoreType,
            String keyAlias,
            String trustStore,
            String trustStorePassword,
            String trustStoreType,
            String protocol,
            List<String> enabledProtocols,
            List<String> disabledProtocols,
            List<String> enabledCiphers,
            List<String> disabledCiphers,
            boolean isEverybodyTrusted,
            boolean isHostVerified) {}

    /** What to do with the list of brokers that a broker sends. */
    public enum ServerListAction {
        REPLACE,
        ADD,
        IGNORE
    }

    /**
     * How to come back after a connection is lost. Times in milliseconds; negative numbers of attempts have no end.
     *
     * @param attemptsMax rounds over all brokers after a loss
     * @param startupAttemptsMax rounds before the first connection
     * @param warnAfter attempts after which every round is a warning in the log; 0 for none
     */
    public record Failover(
            boolean isEnabled,
            int initialDelayMs,
            int delayMs,
            int delayMaxMs,
            boolean isBackingOff,
            double factor,
            int attemptsMax,
            int startupAttemptsMax,
            int warnAfter,
            boolean isRandom,
            ServerListAction serverList) {}

    /** @throws IllegalArgumentException with a sentence that names the option */
    public static ClientOptions parse(String text) {
        ConnectionUri uri = ConnectionUri.parse(text);
        OptionReader reader = new OptionReader(uri.options());
        ClientOptions options = new ClientOptions(
                servers(uri, reader.flag("sslEnabled", false)),
                reader.textOrNull("amqp.vhost"),
                identity(reader),
                timeouts(reader),
                prefetch(reader),
                presettle(reader),
                sending(reader),
                receiving(reader),
                transport(reader),
                tls(reader),
                failover(reader, uri.isList()),
                new AddressPrefixes(reader.text("jms.queuePrefix", ""), reader.text("jms.topicPrefix", "")),
                List.of());
        return options.withoutEffect(reader.checkAllKnown());
    }

    private static List<Server> servers(ConnectionUri uri, boolean isTlsWanted) {
        return isTlsWanted ? uri.servers().stream().map(Server::withTls).toList() : uri.servers();
    }

    private ClientOptions withoutEffect(List<String> names) {
        return new ClientOptions(
                servers,
                virtualHost,
                identity,
                timeouts,
                prefetch,
                presettle,
                sending,
                receiving,
                transport,
                tls,
                failover,
                prefixes,
                names);
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
        String allowed = reader.text("jms.deserializationPolicy.allowList", "");
        return new Receiving(
                reader.flag("jms.localMessageExpiry", true),
                reader.number("jms.redeliveryPolicy.maxRedeliveries", FOREVER, FOREVER, Integer.MAX_VALUE),
                reader.choice("jms.redeliveryPolicy.outcome", RefusalOutcome.MODIFIED_FAILED_UNDELIVERABLE),
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
                reader.list("amqp.saslMechanisms"),
                reader.flag("amqp.allowNonSecureRedirects", false),
                new SocketOptions(
                        reader.flag("transport.tcpNoDelay", true),
                        reader.flag("transport.tcpKeepAlive", true),
                        reader.number("transport.sendBufferSize", FOREVER, FOREVER, Integer.MAX_VALUE),
                        reader.number("transport.receiveBufferSize", FOREVER, FOREVER, Integer.MAX_VALUE),
                        reader.number("transport.trafficClass", 0, 0, 255),
                        reader.number("transport.soLinger", FOREVER, FOREVER, Integer.MAX_VALUE),
                        reader.text("transport.localAddress", ""),
                        reader.number("transport.localPort", 0, 0, 65_535)),
                reader.below("transport.ws.httpHeader."),
                reader.flag("jms.useDaemonThread", false));
    }

    /** Stores default to those of the usual system properties of Java. */
    private static Tls tls(OptionReader reader) {
        String type = reader.text("transport.storeType", "");
        return new Tls(
                reader.text("transport.keyStoreLocation", property("javax.net.ssl.keyStore")),
                reader.text("transport.keyStorePassword", property("javax.net.ssl.keyStorePassword")),
                reader.text("transport.keyStoreType", type),
                reader.text("transport.keyAlias", ""),
                reader.text("transport.trustStoreLocation", property("javax.net.ssl.trustStore")),
                reader.text("transport.trustStorePassword", property("javax.net.ssl.trustStorePassword")),
                reader.text("transport.trustStoreType", type),
                reader.text("transport.contextProtocol", "TLS"),
                reader.list("transport.enabledProtocols"),
                reader.list("transport.disabledProtocols"),
                reader.list("transport.enabledCipherSuites"),
                reader.list("transport.disabledCipherSuites"),
                reader.flag("transport.trustAll", false),
                reader.flag("transport.verifyHost", true));
    }

    private static String property(String name) {
        return System.getProperty(name, "");
    }

    private static Failover failover(OptionReader reader, boolean isList) {
        int attemptsMax =
                reader.number("failover.maxReconnectAttempts", isList ? FOREVER : 0, FOREVER, Integer.MAX_VALUE);
        return new Failover(
                isList || attemptsMax != 0,
                reader.number("failover.initialReconnectDelay", 0, 0, Integer.MAX_VALUE),
                reader.number("failover.reconnectDelay", 10, 0, Integer.MAX_VALUE),
                reader.number("failover.maxReconnectDelay", 30_000, 0, Integer.MAX_VALUE),
                reader.flag("failover.useReconnectBackOff", true),
                reader.factor("failover.reconnectBackOffMultiplier", 2.0),
                attemptsMax,
                reader.number("failover.startupMaxReconnectAttempts", attemptsMax, FOREVER, Integer.MAX_VALUE),
                reader.number("failover.warnAfterReconnectAttempts", 10, 0, Integer.MAX_VALUE),
                reader.flag("failover.randomize", false),
                reader.choice("failover.amqpOpenServerListAction", ServerListAction.REPLACE));
    }
}
