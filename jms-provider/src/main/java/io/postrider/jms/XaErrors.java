// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import javax.transaction.xa.XAException;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** What the broker's answers mean to a transaction manager. Stateless. */
final class XaErrors {
    private XaErrors() {}

    static XAException of(int code, String text) {
        return of(code, text, null);
    }

    static XAException of(int code, String text, @Nullable Throwable cause) {
        XAException error = new XAException(text + (cause == null ? "" : ": " + cause.getMessage()));
        error.errorCode = code;
        if (cause != null) {
            error.initCause(cause);
        }
        return error;
    }

    /** Whether a prepared branch waits for a decision; throws when it was rolled back. */
    static boolean isWaiting(DeliveryState answer, BranchName name) throws XAException {
        if (answer instanceof Accepted) {
            return true;
        }
        if (answer instanceof Released) {
            return false;
        }
        throw of(
                XAException.XA_RBROLLBACK,
                "Branch " + name + " could not be prepared and was rolled back: " + text(answer));
    }

    /** Throws unless the broker has done what it was asked about a branch. */
    static void check(DeliveryState answer, String operation, BranchName name) throws XAException {
        if (answer instanceof Accepted) {
            return;
        }
        String condition = answer instanceof Rejected rejected && rejected.getError() != null
                ? String.valueOf(rejected.getError().getCondition())
                : "";
        int code = switch (condition) {
            case "amqp:transaction:unknown-id" -> XAException.XAER_NOTA;
            case "amqp:transaction:rollback" -> XAException.XA_HEURRB;
            case "amqp:illegal-state" -> XAException.XA_HEURCOM;
            default -> XAException.XAER_RMERR;
        };
        throw of(code, "The broker did not " + operation + " branch " + name + ": " + text(answer));
    }

    private static String text(DeliveryState answer) {
        if (answer instanceof Rejected rejected && rejected.getError() != null) {
            ErrorCondition error = rejected.getError();
            return error.getCondition() + " " + error.getDescription();
        }
        return String.valueOf(answer);
    }
}
