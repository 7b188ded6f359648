// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.selector.InvalidSelectorException;
import io.postrider.api.selector.Selector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Route;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The forward rules, and what they and the wildcard topics come to for an address. Owned by the shard's thread.
 *
 * <p>A wildcard topic is a topic whose name has {@code *} or {@code #} as a word: it gets everything that is published to the topics it matches.
 */
public final class Forwards {
    private final TreeMap<String, ForwardRule> rules = new TreeMap<>();

    Forwards() {}

    /** In the order of their names. */
    public Collection<ForwardRule> rules() {
        return Collections.unmodifiableCollection(rules.values());
    }

    /** Why a rule cannot be put; null when it can. */
    @Nullable
    Rejection problem(ForwardRule rule) {
        String selector = rule.selector();
        try {
            if (selector != null) {
                Selector.parse(selector);
            }
        } catch (InvalidSelectorException e) {
            return new Rejection(ErrorCode.INVALID_SELECTOR, String.valueOf(e.getMessage()));
        }
        String loop = loop(rule);
        return loop == null
                ? null
                : new Rejection(
                        ErrorCode.PRECONDITION_FAILED,
                        "Expected a rule that closes no loop, but messages would come back to '" + rule.source()
                                + "' by " + loop);
    }

    /** The way on which what a rule sends on would come back to it. */
    private @Nullable String loop(ForwardRule added) {
        ArrayDeque<ForwardRule> open = new ArrayDeque<>(List.of(added));
        Set<String> seen = new HashSet<>();
        List<String> way = new ArrayList<>();
        while (!open.isEmpty()) {
            ForwardRule from = open.pop();
            way.add(from.name() + " to " + from.target());
            for (ForwardRule next : rules.values()) {
                boolean isReplaced = next.name().equals(added.name());
                if (!isReplaced && next.source().matches(from.target().name()) && seen.add(next.name())) {
                    if (added.source().matches(next.target().name())) {
                        way.add(next.name() + " to " + next.target());
                        return String.join(", ", way);
                    }
                    open.push(next);
                }
            }
        }
        return null;
    }

    void put(ForwardRule rule) {
        rules.put(rule.name(), rule);
    }

    /** Puts a rule of a checkpoint back. */
    public void restore(ForwardRule rule) {
        put(rule);
    }

    boolean remove(String name) {
        return rules.remove(name) != null;
    }

    /** The rule that sends to an address; null if none does. */
    @Nullable
    ForwardRule to(AddressKey target) {
        for (ForwardRule rule : rules.values()) {
            if (rule.target().equals(target)) {
                return rule;
            }
        }
        return null;
    }

    /** Where messages of an address go on to. */
    List<Route> routes(AddressState address, ShardState state, Collection<AddressState> wildcards) {
        List<Route> routes = new ArrayList<>();
        String name = address.definition().key().name();
        for (ForwardRule rule : rules.values()) {
            AddressState target = state.address(rule.target());
            if (target != null && target != address && rule.source().matches(name)) {
                String selector = rule.selector();
                routes.add(new Route(target, selector == null ? null : Selector.parse(selector), rule.isMove()));
            }
        }
        if (address.definition().kind() == AddressKind.TOPIC && !AddressPattern.isWildcard(name)) {
            for (AddressState wildcard : wildcards) {
                if (new AddressPattern(wildcard.definition().key().name()).matches(name)) {
                    routes.add(new Route(wildcard, null, false));
                }
            }
        }
        return List.copyOf(routes);
    }
}
