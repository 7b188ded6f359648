// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.server.run.Version;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postrider version}. */
@Command(name = "version", description = "Print the version of this distribution and of the Java it runs on.")
public final class VersionCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        String java = Runtime.version().toString();
        output.print(
                new JsonObject().put("version", Version.text()).put("java", java),
                "Postrider " + Version.text() + " on Java " + java);
        return ExitCode.OK;
    }
}
