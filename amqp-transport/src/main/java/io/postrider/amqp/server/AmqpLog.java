// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the listener tells operators, one method each. Any thread. See {@code docs/reference/log-messages.md}. */
final class AmqpLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.postrider.amqp");

    private static final LogThrottle BAD_PEERS = new LogThrottle();

    private AmqpLog() {}

    /** Whether a line about a peer may be written now; says first how many could not. */
    private static boolean mayTellOfPeer() {
        long suppressed = BAD_PEERS.next(System.nanoTime());
        if (suppressed > 0) {
            LOG.info("PR-AMQ-008 {} more lines about peers were left out", suppressed);
        }
        return suppressed >= 0;
    }

    static void listening(String host, int port) {
        LOG.info("PR-AMQ-001 Listening for AMQP on {}:{}", host, port);
    }

    static void stopped(String host, int port) {
        LOG.info("PR-AMQ-002 Stopped listening for AMQP on {}:{}", host, port);
    }

    static void connectionFailed(String connectionId, String peer, ErrorCondition error) {
        if (mayTellOfPeer()) {
            LOG.info(
                    "PR-AMQ-003 Connection ended by a fault of the peer: {}: {} [connection={}, peer={}]",
                    error.getCondition(),
                    error.getDescription(),
                    connectionId,
                    peer);
        }
    }

    static void connectionsExhausted(int limit, String peer) {
        if (mayTellOfPeer()) {
            LOG.warn("PR-AMQ-004 Connection refused, because {} are open already [peer={}]", limit, peer);
        }
    }

    static void authenticationFailed(String connectionId, String peer, String reason) {
        if (mayTellOfPeer()) {
            LOG.info("PR-AMQ-005 Authentication failed: {} [connection={}, peer={}]", reason, connectionId, peer);
        }
    }

    static void connectionIdle(String connectionId, String peer, long silentMs) {
        LOG.info(
                "PR-AMQ-006 Connection given up after {} ms of silence [connection={}, peer={}]",
                silentMs,
                connectionId,
                peer);
    }

    static void settledMessageDropped(String connectionId, String link, String reason) {
        if (mayTellOfPeer()) {
            LOG.info(
                    "PR-AMQ-007 Message that was sent pre-settled dropped: {} [connection={}, link={}]",
                    reason,
                    connectionId,
                    link);
        }
    }

    static void refused(String connectionId, String peer, String reason) {
        if (mayTellOfPeer()) {
            LOG.info("PR-AMQ-009 Connection refused: {} [connection={}, peer={}]", reason, connectionId, peer);
        }
    }

    static void tlsReloaded(String what) {
        LOG.info("PR-AMQ-010 Certificate read again for connections to come: {}", what);
    }

    static void tlsNotReloaded(String what, Throwable cause) {
        LOG.warn("PR-AMQ-011 Certificate changed but cannot be used, the former one stays: {}", what, cause);
    }

    static void deliveryAborted(String connectionId, String link, String reason) {
        if (mayTellOfPeer()) {
            LOG.info(
                    "PR-AMQ-012 Large message given up in the middle of its delivery: {} [connection={}, link={}]",
                    reason,
                    connectionId,
                    link);
        }
    }

    static void internalError(String connectionId, String peer, Throwable cause) {
        LOG.error("PR-AMQ-900 Connection closed after a defect [connection={}, peer={}]", connectionId, peer, cause);
    }

    static void linkOpened(String connectionId, String link, String address) {
        LOG.debug("Link opened [connection={}, link={}, address={}]", connectionId, link, address);
    }
}
