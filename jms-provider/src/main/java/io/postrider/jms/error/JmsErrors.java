// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.error;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.ResourceAllocationRuntimeException;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionInProgressRuntimeException;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.TransactionRolledBackRuntimeException;
import java.util.Map;

/** The table from AMQP conditions to JMS exceptions, and from those to the unchecked ones of the simplified API. */
public final class JmsErrors {

    /** Makes an exception from a text and a code. */
    private interface Maker {
        JMSException make(String text, String code);
    }

    /** Makes an unchecked exception from a checked one. */
    private interface Twin {
        JMSRuntimeException make(String text, String code, Throwable cause);
    }

    private static final Map<String, Maker> CONNECTION = Map.of(
            "amqp:unauthorized-access", JMSSecurityException::new,
            "amqp:resource-limit-exceeded", ResourceAllocationException::new);

    private static final Map<String, Maker> LINK = Map.ofEntries(
            Map.entry("amqp:unauthorized-access", JMSSecurityException::new),
            Map.entry("amqp:not-found", InvalidDestinationException::new),
            Map.entry("amqp:resource-limit-exceeded", ResourceAllocationException::new),
            Map.entry("amqp:transaction:rollback", TransactionRolledBackException::new),
            Map.entry("amqp:transaction:unknown-id", TransactionRolledBackException::new),
            Map.entry("amqp:transaction:timeout", TransactionRolledBackException::new),
            Map.entry("amqp:resource-deleted", IllegalStateException::new),
            Map.entry("amqp:resource-locked", IllegalStateException::new),
            Map.entry("amqp:link:detach-forced", IllegalStateException::new),
            Map.entry("amqp:link:stolen", IllegalStateException::new));

    private static final Map<Class<? extends JMSException>, Twin> TWINS = Map.ofEntries(
            Map.entry(IllegalStateException.class, IllegalStateRuntimeException::new),
            Map.entry(InvalidClientIDException.class, InvalidClientIDRuntimeException::new),
            Map.entry(InvalidDestinationException.class, InvalidDestinationRuntimeException::new),
            Map.entry(InvalidSelectorException.class, InvalidSelectorRuntimeException::new),
            Map.entry(JMSSecurityException.class, JMSSecurityRuntimeException::new),
            Map.entry(MessageFormatException.class, MessageFormatRuntimeException::new),
            Map.entry(MessageNotWriteableException.class, MessageNotWriteableRuntimeException::new),
            Map.entry(ResourceAllocationException.class, ResourceAllocationRuntimeException::new),
            Map.entry(TransactionInProgressException.class, TransactionInProgressRuntimeException::new),
            Map.entry(TransactionRolledBackException.class, TransactionRolledBackRuntimeException::new));

    private static final Map<Class<? extends JMSException>, Maker> SAME = Map.ofEntries(
            Map.entry(IllegalStateException.class, IllegalStateException::new),
            Map.entry(InvalidClientIDException.class, InvalidClientIDException::new),
            Map.entry(InvalidDestinationException.class, InvalidDestinationException::new),
            Map.entry(InvalidSelectorException.class, InvalidSelectorException::new),
            Map.entry(JMSSecurityException.class, JMSSecurityException::new),
            Map.entry(ResourceAllocationException.class, ResourceAllocationException::new),
            Map.entry(TransactionRolledBackException.class, TransactionRolledBackException::new));

    private JmsErrors() {}

    /** An exception of the same type, text and code for one more caller, whose trace is the caller's own. */
    public static JMSException copy(JMSException e) {
        if (e instanceof RedirectedException redirected) {
            return withCause(redirected.again(), e);
        }
        Maker maker = e instanceof LostConnectionException
                ? LostConnectionException::new
                : SAME.getOrDefault(e.getClass(), JMSException::new);
        return withCause(maker.make(String.valueOf(e.getMessage()), e.getErrorCode()), e);
    }

    /** The exception for a refused or closed connection. */
    public static JMSException connection(String what, RemoteError error) {
        String text = what + ": " + error.text();
        if (error.condition().equals("amqp:invalid-field")
                && "container-id".equals(error.info().get("invalid-field"))) {
            return new InvalidClientIDException(text, error.condition());
        }
        return CONNECTION.getOrDefault(error.condition(), JMSException::new).make(text, error.condition());
    }

    /** The exception for a refused or closed session or link, or a refused message. */
    public static JMSException link(String what, RemoteError error) {
        String text = what + ": " + error.text();
        if (error.condition().equals("amqp:invalid-field")
                && "filter".equals(error.info().get("field"))) {
            return new InvalidSelectorException(text, error.condition());
        }
        return LINK.getOrDefault(error.condition(), JMSException::new).make(text, error.condition());
    }

    /** The exception for a transaction that was to be committed and was not. */
    public static TransactionRolledBackException rolledBack(String what, RemoteError error) {
        return new TransactionRolledBackException(what + ": " + error.text(), error.condition());
    }

    /** A JMSException with a cause, which its constructors cannot take. */
    public static JMSException withCause(String text, Throwable cause) {
        return withCause(new JMSException(text), cause);
    }

    public static <E extends JMSException> E withCause(E exception, Throwable cause) {
        exception.initCause(cause);
        if (cause instanceof Exception linked) {
            exception.setLinkedException(linked);
        }
        return exception;
    }

    /** The unchecked twin of an exception; code and cause are kept. */
    public static JMSRuntimeException unchecked(JMSException e) {
        return TWINS.getOrDefault(e.getClass(), JMSRuntimeException::new)
                .make(String.valueOf(e.getMessage()), e.getErrorCode(), e);
    }
}
