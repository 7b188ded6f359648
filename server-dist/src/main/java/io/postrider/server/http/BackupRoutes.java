// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.store.backup.BackupException;
import io.postrider.store.backup.StoreBackup;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * {@code /api/v1/backup}: POST begins a backup, GET tells how the last one went. It runs on a thread of its own, because it may take
 * longer than a request may. Any thread.
 */
final class BackupRoutes {
    private final StoreBackup backup;
    private volatile JsonObject status = new JsonObject().put("state", "none");

    BackupRoutes(StoreBackup backup) {
        this.backup = backup;
    }

    void mount(Router router) {
        router.post("/api/v1/backup").handler(this::begin);
        router.get("/api/v1/backup").handler(request -> Responses.json(request, 200, status));
    }

    private void begin(RoutingContext request) {
        Path directory;
        try {
            directory = directory(new JsonObject(request.body().buffer()).getString("directory"));
        } catch (DecodeException | ClassCastException | NullPointerException | InvalidPathException e) {
            refuse(request, ErrorCode.INVALID_FIELD, "Expected a JSON object with an absolute directory");
            return;
        }
        if (!directory.isAbsolute()) {
            refuse(request, ErrorCode.INVALID_FIELD, "Expected an absolute directory, but got " + directory);
            return;
        }
        JsonObject running = new JsonObject().put("state", "running").put("directory", directory.toString());
        if (!claim(running)) {
            refuse(request, ErrorCode.ILLEGAL_STATE, "Another backup is running");
            return;
        }
        Thread thread = new Thread(() -> status = take(directory), "postrider-backup");
        thread.setDaemon(true);
        thread.start();
        Responses.json(request, 202, running);
    }

    private synchronized boolean claim(JsonObject running) {
        if (status.getString("state").equals("running")) {
            return false;
        }
        status = running;
        return true;
    }

    private static Path directory(String text) {
        return Path.of(text).normalize();
    }

    private static void refuse(RoutingContext request, ErrorCode code, String text) {
        ApiErrors.send(request, new Rejection(code, text));
    }

    private JsonObject take(Path directory) {
        try {
            StoreBackup.Result result = backup.take(directory);
            return new JsonObject()
                    .put("state", "done")
                    .put("directory", directory.toString())
                    .put("index", result.index())
                    .put("files", result.files())
                    .put("bytes", result.bytes())
                    .put("bytesCopied", result.bytesCopied());
        } catch (BackupException e) {
            return failed(directory, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return failed(directory, "Unexpected: " + e);
        }
    }

    private static JsonObject failed(Path directory, String message) {
        return new JsonObject()
                .put("state", "failed")
                .put("directory", directory.toString())
                .put("message", message);
    }
}
