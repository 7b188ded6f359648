// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

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
import jakarta.jms.MessageEOFException;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of the table from AMQP conditions to exceptions, and each unchecked twin. */
class JmsErrorsTest {

    static Stream<Arguments> linkConditions() {
        return Stream.of(
                Arguments.of("amqp:unauthorized-access", JMSSecurityException.class),
                Arguments.of("amqp:not-found", InvalidDestinationException.class),
                Arguments.of("amqp:resource-limit-exceeded", ResourceAllocationException.class),
                Arguments.of("amqp:transaction:rollback", TransactionRolledBackException.class),
                Arguments.of("amqp:transaction:unknown-id", TransactionRolledBackException.class),
                Arguments.of("amqp:transaction:timeout", TransactionRolledBackException.class),
                Arguments.of("amqp:resource-deleted", IllegalStateException.class),
                Arguments.of("amqp:resource-locked", IllegalStateException.class),
                Arguments.of("amqp:link:detach-forced", IllegalStateException.class),
                Arguments.of("amqp:link:stolen", IllegalStateException.class),
                Arguments.of("amqp:internal-error", JMSException.class),
                Arguments.of("amqp:invalid-field", JMSException.class));
    }

    @ParameterizedTest
    @MethodSource("linkConditions")
    void linkConditionBecomesException(String condition, Class<?> expected) {
        JMSException e = JmsErrors.link("A consumer", RemoteError.of(condition, "because"));

        assertSame(expected, e.getClass());
        assertEquals(condition, e.getErrorCode());
        assertEquals("A consumer: because [" + condition + "]", e.getMessage());
    }

    static Stream<Arguments> connectionConditions() {
        return Stream.of(
                Arguments.of("amqp:unauthorized-access", JMSSecurityException.class),
                Arguments.of("amqp:resource-limit-exceeded", ResourceAllocationException.class),
                Arguments.of("amqp:not-found", JMSException.class),
                Arguments.of("amqp:connection:forced", JMSException.class));
    }

    @ParameterizedTest
    @MethodSource("connectionConditions")
    void connectionConditionBecomesException(String condition, Class<?> expected) {
        assertSame(
                expected,
                JmsErrors.connection("The broker", RemoteError.of(condition, null))
                        .getClass());
    }

    @Test
    void duplicateContainerIdIsAnInvalidClientId() {
        RemoteError error = new RemoteError("amqp:invalid-field", "in use", Map.of("invalid-field", "container-id"));

        assertSame(
                InvalidClientIDException.class,
                JmsErrors.connection("The broker", error).getClass());
    }

    @Test
    void invalidFilterIsAnInvalidSelector() {
        RemoteError error = new RemoteError("amqp:invalid-field", "bad", Map.of("field", "filter"));

        assertSame(
                InvalidSelectorException.class,
                JmsErrors.link("A consumer", error).getClass());
    }

    static Stream<Arguments> twins() {
        return Stream.of(
                Arguments.of(new IllegalStateException("t", "c"), IllegalStateRuntimeException.class),
                Arguments.of(new InvalidClientIDException("t", "c"), InvalidClientIDRuntimeException.class),
                Arguments.of(new InvalidDestinationException("t", "c"), InvalidDestinationRuntimeException.class),
                Arguments.of(new InvalidSelectorException("t", "c"), InvalidSelectorRuntimeException.class),
                Arguments.of(new JMSSecurityException("t", "c"), JMSSecurityRuntimeException.class),
                Arguments.of(new MessageFormatException("t", "c"), MessageFormatRuntimeException.class),
                Arguments.of(new MessageNotWriteableException("t", "c"), MessageNotWriteableRuntimeException.class),
                Arguments.of(new ResourceAllocationException("t", "c"), ResourceAllocationRuntimeException.class),
                Arguments.of(new TransactionInProgressException("t", "c"), TransactionInProgressRuntimeException.class),
                Arguments.of(new TransactionRolledBackException("t", "c"), TransactionRolledBackRuntimeException.class),
                Arguments.of(new MessageEOFException("t", "c"), JMSRuntimeException.class),
                Arguments.of(new JMSException("t", "c"), JMSRuntimeException.class));
    }

    @ParameterizedTest
    @MethodSource("twins")
    void uncheckedTwinKeepsTextCodeAndCause(JMSException checked, Class<?> expected) {
        JMSRuntimeException twin = JmsErrors.unchecked(checked);

        assertSame(expected, twin.getClass());
        assertEquals("t", twin.getMessage());
        assertEquals("c", twin.getErrorCode());
        assertSame(checked, twin.getCause());
    }

    @Test
    void copyIsOfTheSameTypeAndPointsToTheOriginal() {
        JMSException original = new InvalidDestinationException("gone", "amqp:not-found");

        JMSException copy = JmsErrors.copy(original);

        assertSame(InvalidDestinationException.class, copy.getClass());
        assertSame(original, copy.getCause());
        assertEquals("amqp:not-found", copy.getErrorCode());
    }

    @Test
    void errorWithoutAnythingStillHasAText() {
        assertEquals("the peer gave no reason", RemoteError.NONE.text());
        assertEquals("amqp:not-found", RemoteError.of("amqp:not-found", " ").text());
    }
}
