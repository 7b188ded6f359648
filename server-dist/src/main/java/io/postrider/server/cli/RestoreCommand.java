// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.store.backup.StoreRestore;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.tools.StoreLayout;
import io.postrider.store.tools.StoreVerifier;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postrider restore}: makes a data directory of a backup. */
@Command(
        name = "restore",
        description = "Make a new data directory of a backup. Every byte is checked against its checksum.")
public final class RestoreCommand implements Callable<Integer> {
    private static final FileAccess FILES = new RealFiles();

    @Mixin
    private final Output output = new Output();

    @Option(names = "--from", paramLabel = "DIR", required = true, description = "The backup.")
    @SuppressWarnings("NullAway.Init") // required
    private Path backup;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "The new data directory; it must not exist, or be empty.")
    @SuppressWarnings("NullAway.Init") // required
    private Path data;

    @Option(
            names = "--verify",
            description = "Also read the new store as 'data verify' does before it takes its place.")
    private boolean isVerified;

    @Override
    public Integer call() {
        StoreRestore.Result result =
                StoppedStore.failing(() -> StoreRestore.run(FILES, backup, data, DataCommand.journal(), this::check));
        output.print(
                new JsonObject()
                        .put("data", data.toString())
                        .put("index", result.index())
                        .put("files", result.files())
                        .put("bytes", result.bytes()),
                "Restored " + result.bytes() + " bytes to " + data + ", up to log index " + result.index() + ".");
        return ExitCode.OK;
    }

    private void check(StoreLayout built) {
        if (isVerified) {
            StoreVerifier.Report report = StoreVerifier.verify(FILES, built, DataCommand::checkEntry);
            if (!report.isIntact()) {
                throw new CliException(
                        ExitCode.FAILED,
                        "The restored store is damaged: " + report.findings().get(0));
            }
        }
    }
}
