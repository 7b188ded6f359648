// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.jspecify.annotations.Nullable;

/** When a dynamic node is deleted (AMQP 1.0 §3.5.10–13). */
enum LifetimePolicy {
    /** With the link that caused it. */
    CLOSE(false, false),
    /** When no link is left. */
    NO_LINKS(true, false),
    /** When the link that caused it is gone and no message is left. */
    NO_MESSAGES(false, true),
    /** When neither links nor messages are left. */
    NO_LINKS_OR_MESSAGES(true, true);

    private static final Symbol LIFETIME = Symbol.valueOf("lifetime-policy");
    private static final Symbol DIST_MODES = Symbol.valueOf("supported-dist-modes");

    private final boolean outlivesLinks;
    private final boolean outlivesMessages;

    LifetimePolicy(boolean outlivesLinks, boolean outlivesMessages) {
        this.outlivesLinks = outlivesLinks;
        this.outlivesMessages = outlivesMessages;
    }

    /** Whether links keep the node. */
    boolean outlivesLinks() {
        return outlivesLinks;
    }

    /** Whether messages keep the node. */
    boolean outlivesMessages() {
        return outlivesMessages;
    }

    /** The policy asked for, by default {@link #CLOSE}; null if the properties make no sense. */
    static @Nullable LifetimePolicy of(@Nullable Map<?, ?> properties) {
        if (properties == null) {
            return CLOSE;
        }
        Object modes = properties.get(DIST_MODES);
        if (modes != null && !(modes instanceof Symbol) && !(modes instanceof Symbol[])) {
            return null;
        }
        Object policy = properties.get(LIFETIME);
        if (policy == null || policy instanceof DeleteOnClose) {
            return CLOSE;
        }
        if (policy instanceof DeleteOnNoLinks) {
            return NO_LINKS;
        }
        if (policy instanceof DeleteOnNoMessages) {
            return NO_MESSAGES;
        }
        return policy instanceof DeleteOnNoLinksOrMessages ? NO_LINKS_OR_MESSAGES : null;
    }

    /** The properties that tell the peer of it. */
    Map<Symbol, Object> properties() {
        return Map.of(
                LIFETIME,
                switch (this) {
                    case CLOSE -> DeleteOnClose.getInstance();
                    case NO_LINKS -> DeleteOnNoLinks.getInstance();
                    case NO_MESSAGES -> DeleteOnNoMessages.getInstance();
                    case NO_LINKS_OR_MESSAGES -> DeleteOnNoLinksOrMessages.getInstance();
                });
    }
}
