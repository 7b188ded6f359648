// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.error.Rejection;
import io.postrider.api.port.Reply;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.function.Consumer;

/** Brings an answer of the broker back to the event loop of the request that asked. */
class Answer<T> implements Reply<T> {
    private final RoutingContext request;
    private final Context loop;
    private final Consumer<T> onOk;

    /** @param onOk called on the event loop of the request, which must be the current thread now */
    Answer(RoutingContext request, Consumer<T> onOk) {
        this.request = request;
        this.loop = Objects.requireNonNull(request.vertx().getOrCreateContext());
        this.onOk = onOk;
    }

    @Override
    public void ok(T value) {
        loop.runOnContext(ignored -> onOk.accept(value));
    }

    @Override
    public void rejected(Rejection rejection) {
        loop.runOnContext(ignored -> refused(rejection));
    }

    /** Tells the caller why not. */
    void refused(Rejection rejection) {
        ApiErrors.send(request, rejection);
    }
}
