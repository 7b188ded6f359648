// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.vertx.core.Future;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for Vert.x on a thread that may block. */
final class Futures {
    private Futures() {}

    /** @param what the thing waited for, as in "Expected … within 10 s" */
    static <T> T await(Future<T> future, long timeoutSeconds, String what) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(timeoutSeconds, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StartException("Expected " + what + ", but " + describe(cause), cause);
        } catch (TimeoutException e) {
            throw new StartException("Expected " + what + " within " + timeoutSeconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while waiting for " + what, e);
        }
    }

    private static String describe(Throwable cause) {
        return cause instanceof BindException
                ? "the port is taken (" + cause.getMessage() + "); use another, or 0 for any free one"
                : String.valueOf(cause.getMessage());
    }
}
