// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Annotations;
import java.util.Map;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** The one table between AMQP's delivery states (AMQP 1.0 §3.4) and the broker's outcomes. Any thread. */
public final class Outcomes {
    private Outcomes() {}

    /**
     * The outcome a consumer's delivery state stands for.
     *
     * @param state as in the disposition; null means the default outcome
     * @return null if the state is not terminal (received), or belongs to a transaction
     */
    public static @Nullable Outcome outcome(@Nullable DeliveryState state, Outcome defaultOutcome) {
        if (state == null) {
            return defaultOutcome;
        }
        return switch (state.getType()) {
            case Accepted -> Outcome.ACCEPTED;
            case Released -> Outcome.RELEASED;
            case Rejected -> rejected((Rejected) state);
            case Modified -> modified((Modified) state);
            case Received, Declared, Transactional -> null;
        };
    }

    /** What a source asks for where a delivery ends without an explicit outcome; released if it says nothing. */
    public static Outcome defaultOutcome(@Nullable Source source) {
        if (source == null || !(source.getDefaultOutcome() instanceof DeliveryState state)) {
            return Outcome.RELEASED;
        }
        Outcome outcome = outcome(state, Outcome.RELEASED);
        return outcome == null ? Outcome.RELEASED : outcome;
    }

    /** The delivery state of an outcome. */
    public static DeliveryState state(Outcome outcome) {
        if (outcome instanceof Outcome.Accepted) {
            return Accepted.getInstance();
        }
        if (outcome instanceof Outcome.Released) {
            return Released.getInstance();
        }
        if (outcome instanceof Outcome.Rejected rejected) {
            return state(rejected);
        }
        return state((Outcome.Modified) outcome);
    }

    /** How a producer is told that its message was refused. */
    public static Rejected rejected(Rejection rejection) {
        Rejected state = new Rejected();
        state.setError(ErrorConditions.condition(rejection));
        return state;
    }

    private static Outcome.Rejected rejected(Rejected state) {
        ErrorCondition error = state.getError();
        if (error == null || error.getCondition() == null) {
            return new Outcome.Rejected(null, null);
        }
        return new Outcome.Rejected(error.getCondition().toString(), error.getDescription());
    }

    private static Outcome.Modified modified(Modified state) {
        boolean isDeliveryFailed = Boolean.TRUE.equals(state.getDeliveryFailed());
        boolean isUndeliverableHere = Boolean.TRUE.equals(state.getUndeliverableHere());
        Annotations merge = annotations(state.getMessageAnnotations());
        return isDeliveryFailed && !isUndeliverableHere && merge.isEmpty()
                ? Outcome.FAILED
                : new Outcome.Modified(isDeliveryFailed, isUndeliverableHere, merge);
    }

    private static Rejected state(Outcome.Rejected outcome) {
        Rejected state = new Rejected();
        if (outcome.condition() != null) {
            state.setError(new ErrorCondition(Symbol.valueOf(outcome.condition()), outcome.description()));
        }
        return state;
    }

    private static Modified state(Outcome.Modified outcome) {
        Modified state = new Modified();
        state.setDeliveryFailed(outcome.isDeliveryFailed());
        state.setUndeliverableHere(outcome.isUndeliverableHere());
        if (!outcome.merge().isEmpty()) {
            Map<Symbol, Object> annotations = new TreeMap<>();
            outcome.merge()
                    .values()
                    .forEach((key, value) -> annotations.put(
                            Symbol.valueOf(key), value instanceof byte[] bytes ? new Binary(bytes) : value));
            state.setMessageAnnotations(annotations);
        }
        return state;
    }

    /**
     * What of a consumer's annotations is merged into the message: keys that are somebody's own ({@code x-…} or with a
     * vendor's prefix), because all others are reserved (AMQP 1.0 §3.2.10), and values the broker can store.
     */
    private static Annotations annotations(@Nullable Map<?, ?> annotations) {
        if (annotations == null || annotations.isEmpty()) {
            return Annotations.NONE;
        }
        Map<String, Object> kept = new TreeMap<>();
        annotations.forEach((key, value) -> {
            Object simple = AmqpValues.simple(value);
            if (key instanceof Symbol symbol && isOpenKey(symbol.toString()) && simple != null) {
                kept.put(symbol.toString(), simple);
            }
        });
        return Annotations.of(kept);
    }

    private static boolean isOpenKey(String key) {
        return key.startsWith("x-") || key.indexOf('.') >= 0 || key.indexOf(':') >= 0;
    }
}
