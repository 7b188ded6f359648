// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.store.backup.BackupException;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.io.StoreLockedException;
import io.postrider.store.journal.JournalException;
import io.postrider.store.shard.PoisonEntryException;
import io.postrider.store.tools.StoreLayout;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The data directory of a broker that does not run, for commands that open it themselves. */
final class StoppedStore {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory; no broker may run on it. Default ./data, or POSTRIDER_DATA.")
    private @Nullable Path data;

    private final Map<String, String> environment = System.getenv();

    private StoreLayout layout() {
        Path directory =
                data != null ? data : Path.of(environment.getOrDefault("POSTRIDER_DATA", BrokerLocation.DATA_DEFAULT));
        StoreLayout layout = StoreLayout.of(directory);
        if (!Files.isDirectory(layout.journal()) && !Files.isDirectory(layout.checkpoints())) {
            throw new CliException(
                    ExitCode.NOTHING,
                    "Expected a store, but there is neither a journal nor a checkpoint in " + directory
                            + ". Say where it is with --data DIR");
        }
        return layout;
    }

    /** Runs a tool and turns what it refuses into sentences. */
    <T> T with(Function<StoreLayout, T> tool) {
        StoreLayout layout = layout();
        return failing(() -> tool.apply(layout));
    }

    /** Runs something of the store and turns what it refuses into sentences. */
    static <T> T failing(java.util.function.Supplier<T> tool) {
        try {
            return tool.get();
        } catch (StoreLockedException
                | CheckpointException
                | JournalException
                | PoisonEntryException
                | BackupException
                | IllegalArgumentException
                | UncheckedIOException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }
}
