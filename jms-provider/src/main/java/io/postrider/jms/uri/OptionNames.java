// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.util.Map;
import java.util.Set;

/** Other clients' names of our options, and options of theirs that have no counterpart here. */
final class OptionNames {
    /** Names by which users of other clients know an option. */
    static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("user", "jms.username"),
            Map.entry("userName", "jms.username"),
            Map.entry("username", "jms.username"),
            Map.entry("jms.userName", "jms.username"),
            Map.entry("password", "jms.password"),
            Map.entry("clientID", "jms.clientID"),
            Map.entry("clientId", "jms.clientID"),
            Map.entry("jms.clientId", "jms.clientID"),
            Map.entry("callTimeout", "jms.requestTimeout"),
            Map.entry("connectionTTL", "amqp.idleTimeout"),
            Map.entry("wireFormat.maxInactivityDuration", "amqp.idleTimeout"),
            Map.entry("reconnectAttempts", "failover.maxReconnectAttempts"),
            Map.entry("initialConnectAttempts", "failover.startupMaxReconnectAttempts"),
            Map.entry("retryInterval", "failover.reconnectDelay"),
            Map.entry("retryIntervalMultiplier", "failover.reconnectBackOffMultiplier"),
            Map.entry("maxRetryInterval", "failover.maxReconnectDelay"),
            Map.entry("initialReconnectDelay", "failover.initialReconnectDelay"),
            Map.entry("maxReconnectDelay", "failover.maxReconnectDelay"),
            Map.entry("maxReconnectAttempts", "failover.maxReconnectAttempts"),
            Map.entry("startupMaxReconnectAttempts", "failover.startupMaxReconnectAttempts"),
            Map.entry("useExponentialBackOff", "failover.useReconnectBackOff"),
            Map.entry("backOffMultiplier", "failover.reconnectBackOffMultiplier"),
            Map.entry("randomize", "failover.randomize"),
            Map.entry("jms.useAsyncSend", "jms.forceAsyncSend"),
            Map.entry("jms.alwaysSyncSend", "jms.forceSyncSend"),
            Map.entry("blockOnNonDurableSend", "jms.forceSyncSend"),
            Map.entry("jms.redeliveryPolicy.maximumRedeliveries", "jms.redeliveryPolicy.maxRedeliveries"),
            Map.entry("jms.deserializationPolicy.whiteList", "jms.deserializationPolicy.allowList"),
            Map.entry("jms.deserializationPolicy.blackList", "jms.deserializationPolicy.denyList"),
            Map.entry("deserializationWhiteList", "jms.deserializationPolicy.allowList"),
            Map.entry("deserializationBlackList", "jms.deserializationPolicy.denyList"),
            Map.entry("deserializationAllowList", "jms.deserializationPolicy.allowList"),
            Map.entry("deserializationDenyList", "jms.deserializationPolicy.denyList"),
            Map.entry("tcpNoDelay", "transport.tcpNoDelay"),
            Map.entry("connectTimeout", "transport.connectTimeout"),
            Map.entry("soTimeout", "transport.soTimeout"),
            Map.entry("socket.tcpNoDelay", "transport.tcpNoDelay"),
            Map.entry("trustStorePath", "transport.trustStoreLocation"),
            Map.entry("trustStorePassword", "transport.trustStorePassword"),
            Map.entry("trustStoreType", "transport.trustStoreType"),
            Map.entry("keyStorePath", "transport.keyStoreLocation"),
            Map.entry("keyStorePassword", "transport.keyStorePassword"),
            Map.entry("keyStoreType", "transport.keyStoreType"),
            Map.entry("trustAll", "transport.trustAll"),
            Map.entry("verifyHost", "transport.verifyHost"),
            Map.entry("enabledProtocols", "transport.enabledProtocols"),
            Map.entry("enabledCipherSuites", "transport.enabledCipherSuites"));

    /**
     * Options other clients have for what does not exist here, or always is as they could ask for: they are taken and
     * mentioned in the log.
     */
    static final Set<String> WITHOUT_EFFECT = Set.of(
            "jms.connectionIDPrefix",
            "jms.forceAsyncAcks",
            "jms.localMessagePriority",
            "jms.validatePropertyNames",
            "jms.awaitClientID",
            "jms.tracing",
            "jms.closeLinksThatFailOnReconnect",
            "jms.dispatchAsync",
            "jms.optimizeAcknowledge",
            "jms.copyMessageOnSend",
            "jms.useCompression",
            "jms.watchTopicAdvisories",
            "jms.nonBlockingRedelivery",
            "amqp.traceFrames",
            "amqp.sessionOutgoingWindow",
            "transport.useEpoll",
            "transport.useKQueue",
            "transport.useOpenSSL",
            "transport.traceBytes",
            "transport.soTimeout",
            "transport.sharedEventLoopThreads",
            "consumerWindowSize",
            "producerWindowSize",
            "confirmationWindowSize",
            "blockOnDurableSend",
            "blockOnAcknowledge",
            "clientFailureCheckPeriod",
            "callFailoverTimeout",
            "cacheDestinations",
            "cacheLargeMessagesClient",
            "minLargeMessageSize",
            "compressLargeMessages",
            "preAcknowledge",
            "dupsOKBatchSize",
            "transactionBatchSize",
            "useGlobalPools",
            "ha",
            "useTopologyForLoadBalancing",
            "protocols");

    private OptionNames() {}
}
