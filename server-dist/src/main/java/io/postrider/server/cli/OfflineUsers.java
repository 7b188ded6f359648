// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.amqp.server.VertxEventLoop;
import io.postrider.api.address.UserRecord;
import io.postrider.api.port.Reply;
import io.postrider.server.config.ConfigLoader;
import io.postrider.server.config.ServerConfig;
import io.postrider.server.process.AwaitedReply;
import io.postrider.server.process.EventLoops;
import io.postrider.server.process.OpenBroker;
import io.postrider.server.process.StoreOpener;
import io.postrider.server.run.RunFiles;
import io.postrider.server.security.ScramUsers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Users of a broker that is not running: the command opens the store itself, under the store's lock. */
final class OfflineUsers {
    private OfflineUsers() {}

    /**
     * Puts a user into the store of a stopped broker.
     *
     * @return empty if no data directory was named, or a broker runs on it: then the REST API is the way
     */
    static Optional<JsonObject> put(BrokerLocation location, String name, String password, Set<String> roles) {
        if (!location.isDataGiven() || new RunFiles(location.data()).ports().isPresent()) {
            return Optional.empty();
        }
        ServerConfig config = new ConfigLoader()
                .environment(location.environment())
                .assignments(List.of("data.dir=" + location.data()))
                .load();
        UserRecord user = new ScramUsers().make(name, password, roles);
        try (EventLoops loops = new EventLoops(1);
                OpenBroker broker = new StoreOpener(config).open(VertxEventLoop.next(loops.amqp()))) {
            AwaitedReply.of((Reply<UserRecord> reply) -> broker.admin().putUser(user, reply));
        }
        return Optional.of(
                new JsonObject().put("name", name).put("roles", new JsonArray(List.copyOf(new TreeSet<>(roles)))));
    }
}
