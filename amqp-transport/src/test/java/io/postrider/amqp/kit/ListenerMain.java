// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import io.postrider.amqp.server.AmqpListener;
import io.postrider.amqp.server.AmqpSettings;
import io.postrider.amqp.server.VertxEventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/** A listener with an in-memory broker, to try clients against by hand: {@code ListenerMain PORT [LOOPS]}. */
public final class ListenerMain {
    private ListenerMain() {}

    public static void main(String[] args) {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : AmqpSettings.PORT_DEFAULT;
        int loops = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
        VertxEventLoop shard = VertxEventLoop.next(vertx);
        InMemoryBroker broker = new InMemoryBroker(task -> {
            if (shard.isCurrent()) {
                task.run();
            } else {
                shard.execute(task);
            }
        });
        AmqpListener listener = new AmqpListener(
                vertx, AmqpSettings.DEFAULT.withAddress("127.0.0.1", port), broker, new TestUsers(true));
        listener.start()
                .onSuccess(actual -> System.out.println("listening on " + actual))
                .onFailure(Throwable::printStackTrace);
    }
}
