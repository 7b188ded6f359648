// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.queue.SubscriptionState;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;

/** A shard's state as lines. Shows no secret of a user. Owned by one thread. */
final class StateText {
    private final Function<String, PrintedLine> lines;

    StateText(Function<String, PrintedLine> lines) {
        this.lines = lines;
    }

    void print(ShardState state) {
        lines.apply("state")
                .number("lastTimeMs", state.lastTimeMs())
                .number("addresses", state.addresses().size())
                .number("bodies", state.bodies().all().size())
                .number("users", state.users().size())
                .print();
        for (PolicyRule rule : state.policies().rules()) {
            lines.apply("policy")
                    .text("pattern", rule.pattern().text())
                    .text("from", rule.isConfigured() ? "configuration" : "operator")
                    .text("settings", rule.values().toString())
                    .print();
        }
        for (AddressState address : state.addresses()) {
            lines.apply("address")
                    .number("id", address.id())
                    .text("kind", address.definition().kind().name().toLowerCase(Locale.ROOT))
                    .number("retainedFrom", address.retention().from())
                    .number("end", address.log().end())
                    .number("largeMessages", address.log().bodies().size())
                    .text("settings", address.definition().settings().toString())
                    .text("name", address.definition().key().toString())
                    .print();
            address.subscriptions().forEach(this::print);
        }
        for (StagedBodies.Body body : state.bodies().all()) {
            lines.apply("body")
                    .number("id", body.id())
                    .number("chunks", body.chunks())
                    .number("bytes", body.bytes())
                    .number("references", body.references())
                    .print();
        }
        for (UserRecord user : state.users()) {
            lines.apply("user")
                    .text("name", user.name())
                    .text("roles", String.join(",", new TreeSet<>(user.roles())))
                    .print();
        }
    }

    private void print(SubscriptionState subscription) {
        SubscriptionDefinition definition = subscription.definition();
        String selector = definition == null ? null : definition.selector();
        lines.apply("subscription")
                .number("id", subscription.id())
                .number("address", subscription.address().id())
                .number("epoch", subscription.epoch())
                .number("cursor", subscription.cursor())
                .number("doneBeyond", subscription.done().getLongCardinality())
                .number("depth", subscription.depth())
                .number("bytes", subscription.bytes())
                .number("dispatchedUpTo", subscription.dispatchedUpTo())
                .text("selector", selector == null ? "" : selector)
                .text("name", definition == null ? "" : definition.key().toString())
                .print();
    }
}
