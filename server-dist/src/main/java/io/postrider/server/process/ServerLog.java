// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators learn about the process. Each code has its line in docs/reference/log-messages.md. */
final class ServerLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.postrider.server");

    private ServerLog() {}

    static void starting(String version, Path directory) {
        LOG.info("PR-SRV-001 Postrider {} starts on {}", version, directory.toAbsolutePath());
    }

    static void ready(String amqp, String http, long sinceStartMs) {
        LOG.info("PR-SRV-002 Ready after {} ms: amqp={} http={}", sinceStartMs, amqp, http);
    }

    static void stopping() {
        LOG.info("PR-SRV-003 Stopping");
    }

    static void stopped(long tookMs) {
        LOG.info("PR-SRV-004 Stopped after {} ms", tookMs);
    }

    static void anonymousAllowed() {
        LOG.warn("PR-SRV-005 auth.anonymous is on: AMQP clients need no password");
    }

    static void listensBeyondLoopback(String what, String host) {
        LOG.warn("PR-SRV-006 {} listens on {} without TLS: passwords cross the network in the clear", what, host);
    }

    static void firstAdminMade(String user) {
        LOG.info("PR-SRV-007 First start: made user {} with a random password, printed once on standard output", user);
    }

    static void stopFailed(String part, RuntimeException cause) {
        LOG.error("PR-SRV-008 {} did not stop in order", part, cause);
    }
}
