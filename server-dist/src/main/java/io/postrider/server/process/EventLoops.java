// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the process: loops that serve AMQP and own the shard, and apart from them one loop for HTTP, so that
 * listing fifty thousand queues or scraping metrics never holds a message up. Immutable; closed last.
 */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_SECONDS = 10;
    private static final int HTTP_WORKERS = 2;

    private final Vertx amqp;
    private final Vertx http;

    public EventLoops(int amqpLoops) {
        this.amqp = Vertx.vertx(options(amqpLoops, 1));
        this.http = Vertx.vertx(options(1, HTTP_WORKERS));
    }

    private static VertxOptions options(int loops, int workers) {
        return new VertxOptions()
                .setEventLoopPoolSize(loops)
                .setWorkerPoolSize(workers)
                .setInternalBlockingPoolSize(2)
                .setBlockedThreadCheckInterval(5)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
    }

    public Vertx amqp() {
        return amqp;
    }

    public Vertx http() {
        return http;
    }

    @Override
    public void close() {
        Futures.await(http.close(), CLOSE_TIMEOUT_SECONDS, "the HTTP loop to stop");
        Futures.await(amqp.close(), CLOSE_TIMEOUT_SECONDS, "the AMQP loops to stop");
    }
}
