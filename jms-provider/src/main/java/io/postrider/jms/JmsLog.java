// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import java.util.List;
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

    static void connectionLost(String reason) {
        LOG.warn("PR-JMS-006 The connection is lost and is being restored: {}", reason);
    }

    static void connectionRecovered(String server) {
        LOG.info("PR-JMS-007 The connection is restored at {}", server);
    }

    static void connectionGivenUp(String reason) {
        LOG.error("PR-JMS-008 The connection is lost for good: {}", reason);
    }

    static void stillNotConnected(int rounds, String reason) {
        LOG.warn("PR-JMS-009 No broker took the connection in {} rounds: {}", rounds, reason);
    }

    static void sentAgain(String messageId) {
        LOG.warn(
                "PR-JMS-010 Message {} had no answer when the connection was lost and was sent again; this broker does"
                        + " not remove duplicates, so it may be there twice",
                messageId);
    }

    static void sendsWithoutAnswer(long count) {
        LOG.warn(
                "PR-JMS-011 {} messages that nobody waited for had no answer when the connection was lost; they may or may"
                        + " not have been kept",
                count);
    }

    static void reattachFailed(String what, Exception cause) {
        LOG.warn("PR-JMS-012 {} could not be restored and is closed: {}", what, cause.getMessage());
    }

    static void optionsWithoutEffect(List<String> names) {
        LOG.info("PR-JMS-013 These options of the connection URI have no effect here: {}", names);
    }

    static void closeFailed(String what, Exception cause) {
        LOG.debug("Closing {} met a problem", what, cause);
    }
}
