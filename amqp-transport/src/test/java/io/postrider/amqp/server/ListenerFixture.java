// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.kit.InMemoryBroker;
import io.postrider.amqp.kit.TestUsers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.TimeUnit;

/** A listener on a free port before an in-memory broker that runs on one of the event loops. */
final class ListenerFixture implements AutoCloseable {
    static final AmqpSettings SETTINGS = AmqpSettings.DEFAULT.withAddress("127.0.0.1", 0);

    final Vertx vertx;
    final InMemoryBroker broker;
    final AmqpListener listener;
    final int port;

    ListenerFixture(int loops, AmqpSettings settings, boolean allowsAnonymous) throws Exception {
        this(loops, settings, ListenerSecurity.DEFAULT, allowsAnonymous);
    }

    ListenerFixture(int loops, AmqpSettings settings, ListenerSecurity security, boolean allowsAnonymous)
            throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
        VertxEventLoop shard = VertxEventLoop.next(vertx);
        broker = new InMemoryBroker(task -> {
            if (shard.isCurrent()) {
                task.run();
            } else {
                shard.execute(task);
            }
        });
        listener = new AmqpListener(vertx, settings, security, broker, new TestUsers(allowsAnonymous));
        port = listener.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static ListenerFixture open() throws Exception {
        return new ListenerFixture(1, SETTINGS, true);
    }

    @Override
    public void close() throws Exception {
        listener.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
