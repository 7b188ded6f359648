// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSession;
import io.postrider.api.address.SubscriptionKey;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What of a link outlives its detach, and until when (AMQP 1.0 §3.5.3, §3.5.6). Owned by the event loop of the link's
 * connection.
 *
 * <p>The policy says what must happen before the timeout starts to run: the detach, the end of the session, or the end of the
 * connection. Attaching the link again, on whatever connection, takes the terminus back.
 */
final class Terminus {
    private static final long TIMEOUT_S_MAX = 30L * 24 * 3600;

    private final LinkRegistry.Key identity;
    private final EngineSession session;
    private final TerminusExpiryPolicy policy;
    private final long timeoutS;
    private @Nullable DynamicNode node;
    private @Nullable SubscriptionKey subscription;

    Terminus(
            LinkRegistry.Key identity,
            EngineSession session,
            @Nullable TerminusExpiryPolicy policy,
            @Nullable UnsignedInteger timeout) {
        this.identity = identity;
        this.session = session;
        this.policy = policy == null ? TerminusExpiryPolicy.SESSION_END : policy;
        this.timeoutS = timeout == null ? 0 : Math.min(TIMEOUT_S_MAX, timeout.longValue());
    }

    LinkRegistry.Key identity() {
        return identity;
    }

    EngineSession session() {
        return session;
    }

    /** As granted: a node that somebody asked for does not outlive the connection of its link. */
    TerminusExpiryPolicy policy() {
        return node != null && policy == TerminusExpiryPolicy.NEVER ? TerminusExpiryPolicy.CONNECTION_CLOSE : policy;
    }

    /** As granted. */
    long timeoutS() {
        return timeoutS;
    }

    UnsignedInteger grantedTimeout() {
        return UnsignedInteger.valueOf(timeoutS);
    }

    @Nullable
    DynamicNode node() {
        return node;
    }

    /** The link caused this node. */
    void made(DynamicNode created) {
        node = created;
    }

    @Nullable
    SubscriptionKey subscription() {
        return subscription;
    }

    /** The link reads this durable subscription. */
    void reads(SubscriptionKey durable) {
        subscription = durable;
    }

    /** Whether anything is there that could outlive the link, and ends some day. */
    boolean canExpire() {
        return node != null || (subscription != null && policy != TerminusExpiryPolicy.NEVER);
    }
}
