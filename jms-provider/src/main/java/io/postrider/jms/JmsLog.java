// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the client tells operators. Codes are stable; docs/reference/log-messages.md explains them. */
final class JmsLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.postrider.jms");

    private JmsLog() {}

    static void listenerFailed(String destination, String messageId, RuntimeException cause) {
        LOG.warn("PR-JMS-001 The message listener for {} threw on message {}", destination, messageId, cause);
    }

    static void completionListenerFailed(RuntimeException cause) {
        LOG.warn("PR-JMS-002 A completion listener threw", cause);
    }

    static void exceptionListenerFailed(RuntimeException cause) {
        LOG.warn("PR-JMS-003 The exception listener threw", cause);
    }

    static void problemWithoutListener(Exception problem) {
        LOG.warn("PR-JMS-004 No exception listener is set for: {}", problem.getMessage(), problem);
    }

    static void messageRefused(String destination, String reason) {
        LOG.warn("PR-JMS-005 A message from {} was refused: {}", destination, reason);
    }

    static void closeFailed(String what, Exception cause) {
        LOG.debug("Closing {} met a problem", what, cause);
    }
}
