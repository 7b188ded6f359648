// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Annotations;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delivery states and the outcomes they stand for. */
class OutcomesTest {

    private static Outcome outcome(DeliveryState state) {
        return Outcomes.outcome(state, Outcome.FAILED);
    }

    private static Modified modified(Boolean isFailed, Boolean isUndeliverableHere, Map<?, ?> annotations) {
        Modified state = new Modified();
        state.setDeliveryFailed(isFailed);
        state.setUndeliverableHere(isUndeliverableHere);
        state.setMessageAnnotations(annotations);
        return state;
    }

    private static Rejected rejected(ErrorCondition error) {
        Rejected state = new Rejected();
        state.setError(error);
        return state;
    }

    @Test
    void noStateIsTheDefaultOutcome() {
        assertSame(Outcome.FAILED, outcome(null));
        assertSame(Outcome.RELEASED, Outcomes.outcome(null, Outcome.RELEASED));
    }

    @Test
    void acceptedAndReleased() {
        assertSame(Outcome.ACCEPTED, outcome(Accepted.getInstance()));
        assertSame(Outcome.ACCEPTED, outcome(new Accepted()));
        assertSame(Outcome.RELEASED, outcome(Released.getInstance()));
    }

    @Test
    void rejectedKeepsItsError() {
        assertEquals(new Outcome.Rejected(null, null), outcome(rejected(null)));
        assertEquals(new Outcome.Rejected(null, null), outcome(rejected(new ErrorCondition())));
        assertEquals(
                new Outcome.Rejected("com.example:bad", "no good"),
                outcome(rejected(new ErrorCondition(Symbol.valueOf("com.example:bad"), "no good"))));
    }

    @ParameterizedTest
    @CsvSource({
        ", , false, false",
        "true, , true, false",
        "true, false, true, false",
        ", true, false, true",
        "true, true, true, true"
    })
    void modifiedHasTwoFlags(Boolean failed, Boolean here, boolean isFailed, boolean isUndeliverableHere) {
        assertEquals(
                new Outcome.Modified(isFailed, isUndeliverableHere, Annotations.NONE),
                outcome(modified(failed, here, null)));
    }

    @Test
    void plainFailureIsShared() {
        assertSame(Outcome.FAILED, outcome(modified(true, null, Map.of())));
    }

    @Test
    void modifiedMergesOpenKeysAndSimpleValues() {
        Map<Object, Object> annotations = new HashMap<>();
        annotations.put(Symbol.valueOf("x-opt-retry"), 3);
        annotations.put(Symbol.valueOf("x-why"), Symbol.valueOf("late"));
        annotations.put(Symbol.valueOf("com.example.when"), new Date(5));
        annotations.put(Symbol.valueOf("example:u"), UnsignedInteger.valueOf(-1));
        annotations.put(Symbol.valueOf("x-bin"), new Binary(new byte[] {1}));
        annotations.put(Symbol.valueOf("reserved"), "dropped");
        annotations.put(Symbol.valueOf("x-list"), List.of(1));
        annotations.put(Symbol.valueOf("x-null"), null);
        annotations.put(UnsignedLong.valueOf(1), "dropped");

        Outcome.Modified outcome = (Outcome.Modified) outcome(modified(true, false, annotations));

        Map<String, Object> merge = new HashMap<>(outcome.merge().values());
        assertEquals(1, ((byte[]) merge.remove("x-bin")).length);
        assertEquals(
                Map.of("x-opt-retry", 3, "x-why", "late", "com.example.when", 5L, "example:u", 4_294_967_295L), merge);
    }

    @Test
    void statesThatEndNothingHaveNoOutcome() {
        assertNull(outcome(new Received()));
        assertNull(outcome(new TransactionalState()));
        assertNull(outcome(new Declared()));
    }

    @Test
    void defaultOutcomeIsReleasedUnlessTheSourceSaysOtherwise() {
        Source failing = new Source();
        failing.setDefaultOutcome(modified(true, null, null));
        Source accepting = new Source();
        accepting.setDefaultOutcome(Accepted.getInstance());

        assertSame(Outcome.RELEASED, Outcomes.defaultOutcome(null));
        assertSame(Outcome.RELEASED, Outcomes.defaultOutcome(new Source()));
        assertSame(Outcome.FAILED, Outcomes.defaultOutcome(failing));
        assertSame(Outcome.ACCEPTED, Outcomes.defaultOutcome(accepting));
    }

    @Test
    void everyOutcomeComesBackFromItsState() {
        List<Outcome> outcomes = List.of(
                Outcome.ACCEPTED,
                Outcome.RELEASED,
                Outcome.FAILED,
                new Outcome.Rejected(null, null),
                new Outcome.Rejected("amqp:not-found", "gone"),
                new Outcome.Modified(false, true, Annotations.of(Map.of("x-a", "b", "x-n", 5L))));

        for (Outcome outcome : outcomes) {
            assertEquals(outcome, Outcomes.outcome(Outcomes.state(outcome), Outcome.ACCEPTED));
        }
    }

    @Test
    void refusedMessageIsRejectedWithTheCondition() {
        Rejected state = Outcomes.rejected(new Rejection(ErrorCode.RESOURCE_LIMIT, "full"));

        assertEquals(
                Symbol.valueOf("amqp:resource-limit-exceeded"), state.getError().getCondition());
        assertEquals("full", state.getError().getDescription());
    }

    @Test
    void simpleValuesOfOtherTypes() {
        UUID uuid = new UUID(1, 2);

        assertEquals(uuid.toString(), AmqpValues.simple(uuid));
        assertEquals("c", AmqpValues.simple('c'));
        assertNull(AmqpValues.simple(Map.of()));
        assertNull(AmqpValues.simple(null));
    }
}
