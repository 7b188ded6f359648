// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.util.concurrent.ScheduledFuture;
import io.postrider.api.port.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;

/**
 * An event loop of Vert.x as the broker knows it. Any thread.
 *
 * <p>A shard that is given a loop of the Vert.x instance on which the listener runs may share a thread with connections;
 * with one loop it always does, and calls between the two are direct.
 */
public final class VertxEventLoop implements EventLoop {
    private final io.netty.channel.EventLoop loop;

    VertxEventLoop(io.netty.channel.EventLoop loop) {
        this.loop = loop;
    }

    /** The next loop in turn of a Vert.x instance. */
    public static VertxEventLoop next(Vertx vertx) {
        return new VertxEventLoop(((VertxInternal) vertx).nettyEventLoopGroup().next());
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        ScheduledFuture<?> timer = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        return () -> timer.cancel(false);
    }
}
