// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicySetting;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.UserRecord;
import io.postrider.api.port.BrokerStats;
import io.postrider.api.port.QueueInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.TreeSet;

/** The JSON shapes of the REST API, one method each. Secrets never appear in them. */
final class ApiJson {
    private ApiJson() {}

    /** The name of a queue, or of a topic's subscription as {@code topic::subscription}. */
    static String name(QueueInfo queue) {
        return queue.subscription().isEmpty()
                ? queue.address().toString()
                : queue.address() + "::" + queue.subscription();
    }

    static JsonObject queue(QueueInfo queue) {
        return new JsonObject()
                .put("name", name(queue))
                .put("address", queue.address().toString())
                .put("kind", queue.kind().name().toLowerCase(Locale.ROOT))
                .put("subscription", queue.subscription())
                .put("durable", queue.isDurable())
                .put("depth", queue.depth())
                .put("ready", queue.ready())
                .put("delayed", queue.delayed())
                .put("unsettled", queue.unsettled())
                .put("deferred", queue.deferred())
                .put("consumers", queue.consumers())
                .put("bytes", queue.bytes())
                .put("published", queue.published())
                .put("delivered", queue.delivered())
                .put("acknowledged", queue.acknowledged())
                .put("deadLettered", queue.deadLettered())
                .put("expired", queue.expired());
    }

    static JsonObject address(AddressDefinition address) {
        return new JsonObject()
                .put("name", address.key().toString())
                .put("kind", address.kind().name().toLowerCase(Locale.ROOT))
                .put("temporary", address.isTemporary())
                .put("settings", values(address.settings()));
    }

    static JsonObject values(PolicyValues values) {
        JsonObject json = new JsonObject();
        values.forEach((key, value) -> json.put(key.text(), value));
        return json;
    }

    static JsonObject policy(PolicyRule rule) {
        return new JsonObject()
                .put("pattern", rule.pattern().text())
                .put("from", rule.isConfigured() ? "configuration" : "operator")
                .put("settings", values(rule.values()));
    }

    static JsonObject forward(ForwardRule rule) {
        return new JsonObject()
                .put("name", rule.name())
                .put("source", rule.source().text())
                .put("target", rule.target().toString())
                .put("selector", rule.selector())
                .put("move", rule.isMove());
    }

    static JsonObject setting(PolicySetting setting) {
        return new JsonObject()
                .put("setting", setting.key().text())
                .put("value", setting.value())
                .put("source", setting.source());
    }

    static JsonObject user(UserRecord user) {
        JsonArray roles = new JsonArray();
        new TreeSet<>(user.roles()).forEach(roles::add);
        return new JsonObject().put("name", user.name()).put("roles", roles);
    }

    static JsonObject stats(BrokerStats stats) {
        return new JsonObject()
                .put("published", stats.published())
                .put("rejected", stats.rejected())
                .put("delivered", stats.delivered())
                .put("acknowledged", stats.acknowledged())
                .put("requeued", stats.requeued())
                .put("deadLettered", stats.deadLettered())
                .put("expired", stats.expired())
                .put("unrouted", stats.unrouted())
                .put("duplicates", stats.duplicates())
                .put("dropped", stats.dropped())
                .put("messageBytes", stats.messageBytes())
                .put("logEntries", stats.logEntries())
                .put("logBytes", stats.logBytes())
                .put("logSyncs", stats.logSyncs())
                .put("checkpoints", stats.checkpoints());
    }
}
