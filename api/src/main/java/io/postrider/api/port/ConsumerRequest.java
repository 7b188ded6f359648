// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.StartPosition;
import io.postrider.api.delivery.Outcome;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a peer wants to receive from.
 *
 * @param kind the kind the peer insists on, or null if the address decides (a new one becomes a queue)
 * @param subscription which subscription of a topic; ignored for a queue
 * @param selector JMS selector text, or null for every message
 * @param noLocal whether to leave out messages published under {@code containerId}; ignored for a queue
 * @param mode how messages are taken
 * @param defaultOutcome applied to unsettled deliveries when the link is closed in an orderly way
 * @param connectionId broker-wide unique id of the connection
 * @param containerId the peer's container id (JMS client id)
 * @param user authenticated user
 * @param deferralTokens if not empty, only messages that were put aside under one of these are meant
 * @param priority one with a higher number gets messages first while it has credit; 0 is usual
 */
public record ConsumerRequest(
        AddressKey address,
        @Nullable AddressKind kind,
        SubscriptionRequest subscription,
        @Nullable String selector,
        boolean noLocal,
        Mode mode,
        Outcome defaultOutcome,
        String connectionId,
        String containerId,
        String user,
        Set<String> deferralTokens,
        int priority) {

    public ConsumerRequest {
        deferralTokens = Set.copyOf(deferralTokens);
    }

    /** One that takes what is in its place, with the usual priority. */
    public ConsumerRequest(
            AddressKey address,
            @Nullable AddressKind kind,
            SubscriptionRequest subscription,
            @Nullable String selector,
            boolean noLocal,
            Mode mode,
            Outcome defaultOutcome,
            String connectionId,
            String containerId,
            String user) {
        this(
                address,
                kind,
                subscription,
                selector,
                noLocal,
                mode,
                defaultOutcome,
                connectionId,
                containerId,
                user,
                Set.of(),
                0);
    }

    /** The same, of those that were put aside under some tokens. */
    public ConsumerRequest withDeferralTokens(Set<String> tokens) {
        return new ConsumerRequest(
                address,
                kind,
                subscription,
                selector,
                noLocal,
                mode,
                defaultOutcome,
                connectionId,
                containerId,
                user,
                tokens,
                priority);
    }

    /** The same with another priority. */
    public ConsumerRequest withPriority(int other) {
        return new ConsumerRequest(
                address,
                kind,
                subscription,
                selector,
                noLocal,
                mode,
                defaultOutcome,
                connectionId,
                containerId,
                user,
                deferralTokens,
                other);
    }

    /** How a consumer takes messages. */
    public enum Mode {
        /** Each delivery waits for an outcome: at least once. */
        ACKNOWLEDGE,
        /** Each delivery is done before it is handed over: at most once. One with a body waits for its outcome all the same. */
        AT_MOST_ONCE,
        /** Deliveries are copies; nothing is taken from the queue. */
        BROWSE
    }

    /**
     * Which subscription of a topic.
     *
     * @param durability whether and how it outlives the consumer
     * @param isShared whether other consumers may join under the same name
     * @param scope container id that owns the name, or {@code SubscriptionKey.GLOBAL_SCOPE}
     * @param start where a new subscription begins, or what a browser of a queue sees first; one that exists goes on where it was
     * @param name null only for a volatile exclusive subscription, which needs none
     */
    public record SubscriptionRequest(
            Durability durability,
            boolean isShared,
            String scope,
            @Nullable String name,
            StartPosition start) {
        /** One that begins where the settings of the address say. */
        public SubscriptionRequest(Durability durability, boolean isShared, String scope, @Nullable String name) {
            this(durability, isShared, scope, name, StartPosition.DEFAULT);
        }

        /** The same, beginning somewhere. */
        public SubscriptionRequest startingAt(StartPosition position) {
            return new SubscriptionRequest(durability, isShared, scope, name, position);
        }

        public static final SubscriptionRequest VOLATILE =
                new SubscriptionRequest(Durability.VOLATILE, false, "", null);
    }

    /** Life span of a topic subscription. */
    public enum Durability {
        VOLATILE,
        DURABLE
    }
}
