// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.api.error.Rejection;
import io.postrider.api.port.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Waits for an answer of the broker. Never used on an event loop. */
public final class AwaitedReply<T> implements Reply<T> {
    private static final long TIMEOUT_SECONDS = 60;

    private final CompletableFuture<T> answer = new CompletableFuture<>();

    private AwaitedReply() {}

    /**
     * Asks, and waits for the answer.
     *
     * @throws StartException if the broker refused or gave no answer
     */
    public static <T> T of(Consumer<Reply<T>> request) {
        AwaitedReply<T> reply = new AwaitedReply<>();
        request.accept(reply);
        try {
            return reply.answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StartException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new StartException("Expected an answer of the broker within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while waiting for the broker", e);
        }
    }

    @Override
    public void ok(T value) {
        answer.complete(value);
    }

    @Override
    public void rejected(Rejection rejection) {
        answer.completeExceptionally(new StartException(rejection.text()));
    }
}
