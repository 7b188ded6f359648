// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/** What our open frame says (AMQP 1.0 §2.7.1). Stateless. */
final class OpenReply {
    static final Symbol ESTABLISHMENT_FAILED = Symbol.valueOf("amqp:connection-establishment-failed");

    private static final Symbol ENFORCEMENT_POLICY = Symbol.valueOf("sole-connection-enforcement-policy");
    private static final int CLOSE_EXISTING = 1;

    private static final Symbol PRODUCT = Symbol.valueOf("product");
    private static final String VERSION = versionOr("0.1.0");
    /** The RabbitMQ client opens only to a version of at least this. */
    private static final String RABBITMQ_VERSION = "4.0.0";

    private OpenReply() {}

    static Open accepting(String containerId, Open peer) {
        Open open = new Open();
        open.setContainerId(containerId);
        open.setOfferedCapabilities(
                Capabilities.ANONYMOUS_RELAY,
                Capabilities.SHARED_SUBS,
                Capabilities.DELAYED_DELIVERY,
                Capabilities.SOLE_CONNECTION,
                Capabilities.CONFIRMED_OUTCOMES,
                Capabilities.DEDUPLICATION,
                Capabilities.PROPERTY_FILTERS,
                Capabilities.SQL_FILTER);
        open.setProperties(properties(containerId, peer));
        return open;
    }

    /** An open that is followed by a close at once; clients that know the property wait for it. */
    static Open refusing(String containerId, Open peer) {
        Open open = accepting(containerId, peer);
        Map<Symbol, Object> properties = properties(containerId, peer);
        properties.put(ESTABLISHMENT_FAILED, true);
        open.setProperties(properties);
        return open;
    }

    private static Map<Symbol, Object> properties(String containerId, Open peer) {
        boolean isRabbitClient = "RabbitMQ".equals(property(peer, PRODUCT));
        Map<Symbol, Object> properties = new LinkedHashMap<>();
        properties.put(PRODUCT, "Postrider");
        properties.put(Symbol.valueOf("version"), isRabbitClient ? RABBITMQ_VERSION : VERSION);
        properties.put(Symbol.valueOf("platform"), "Java " + Runtime.version().feature());
        properties.put(Symbol.valueOf("node"), containerId);
        if (AttachTerms.contains(peer.getDesiredCapabilities(), Capabilities.SOLE_CONNECTION)) {
            properties.put(ENFORCEMENT_POLICY, UnsignedInteger.valueOf(closesExisting(peer) ? CLOSE_EXISTING : 0));
            // Only connections that ask for it are compared.
            properties.put(Symbol.valueOf("sole-connection-detection-policy"), UnsignedInteger.ONE);
        }
        return properties;
    }

    /** Whether a peer that wants to be its container's only connection wants the one there is to go. */
    static boolean closesExisting(Open open) {
        Object policy = property(open, ENFORCEMENT_POLICY);
        return policy != null
                && (policy.toString().equals("close-existing")
                        || (policy instanceof Number number && number.intValue() == CLOSE_EXISTING));
    }

    private static @Nullable Object property(Open open, Symbol key) {
        Map<?, ?> properties = open.getProperties();
        return properties == null ? null : properties.get(key);
    }

    private static String versionOr(String fallback) {
        String version = OpenReply.class.getPackage().getImplementationVersion();
        return version == null ? fallback : version;
    }
}
