// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postrider backup}: has a running broker copy its store. */
@Command(
        name = "backup",
        description =
                "Have a running broker copy its store into a directory, consistent at one moment. Repeated into the same"
                        + " directory, it copies only what is new.")
public final class BackupCommand implements Callable<Integer> {
    private static final long POLL_NS = 200_000_000;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "Directory on the broker's machine; empty, or with a backup of the same store.")
    @SuppressWarnings("NullAway.Init") // required
    private Path directory;

    @Override
    public Integer call() {
        RestClient client = broker.rest();
        String target = directory.toAbsolutePath().normalize().toString();
        JsonObject status = client.post("/api/v1/backup", new JsonObject().put("directory", target));
        while (status.getString("state").equals("running")) {
            LockSupport.parkNanos(POLL_NS);
            status = client.get("/api/v1/backup");
        }
        if (!status.getString("state").equals("done")) {
            throw new CliException(ExitCode.FAILED, status.getString("message", "The backup failed"));
        }
        output.print(
                status,
                "Backed up to " + status.getString("directory") + " at log index " + status.getLong("index") + ": "
                        + status.getLong("bytes") + " bytes, of which " + status.getLong("bytesCopied")
                        + " were copied now.");
        return ExitCode.OK;
    }
}
