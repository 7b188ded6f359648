// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line answers before it reaches any broker: words and exit codes. */
class CommandLineTest {
    private record Result(int exitCode, String out, String err) {}

    private static Result execute(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(args);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(args);
        return new Result(exitCode, out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "demo", "send", "receive", "browse", "queue", "user", "archive", "version"})
    void everyCommandHasHelp(String command) {
        Result result = execute(command, "--help");

        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains("Usage: postrider " + command), result.out());
    }

    @Test
    void aBareCommandShowsWhatThereIs() {
        Result result = execute();

        assertEquals(0, result.exitCode());
        for (String command : new String[] {"run", "send", "receive", "queue", "user", "archive"}) {
            assertTrue(result.out().contains("\n  " + command + " "), result.out());
        }
    }

    @Test
    void anUnknownCommandIsAnsweredWithTheNearestOnes() {
        Result result = execute("recieve", "orders");

        assertEquals(2, result.exitCode());
        assertTrue(result.err().startsWith("postrider: Unmatched argument"), result.err());
        assertTrue(result.err().contains("Did you mean") && result.err().contains("receive"), result.err());
    }

    @Test
    void anUnknownOptionIsRefusedWithAPointerToTheHelp() {
        Result result = execute("run", "--dta", "x");

        assertEquals(2, result.exitCode());
        assertTrue(result.err().contains("--dta"), result.err());
        assertTrue(result.err().contains("Try 'postrider run --help'"), result.err());
    }

    @Test
    void aMissingArgumentIsNamed() {
        Result result = execute("send");

        assertEquals(2, result.exitCode());
        assertTrue(result.err().contains("Missing required parameter"), result.err());
    }

    @Test
    void badConfigurationIsAUsageErrorWithAllProblems(@TempDir Path data) {
        Result result = execute("run", "--data", data.toString(), "--set", "amqp.prot=1", "--set", "http.port=x");

        assertEquals(2, result.exitCode());
        assertTrue(result.err().contains("postrider: --set amqp.prot=1: no such setting"), result.err());
        assertTrue(result.err().contains("did you mean amqp.port?"), result.err());
        assertTrue(
                result.err().contains("postrider: --set http.port=x: http.port: expected a whole number"),
                result.err());
    }

    @Test
    void errorsAreJsonWhereJsonWasAskedFor() {
        Result result = execute("queue", "list", "--json", "--colour");

        assertEquals(2, result.exitCode());
        JsonObject error = new JsonObject(result.err()).getJsonObject("error");
        assertEquals(2, error.getInteger("exitCode"));
        assertTrue(error.getString("message").contains("--colour"), result.err());
    }

    @Test
    void nobodyListeningIsItsOwnExitCode() {
        // Port 1 of this machine: nobody has it, and the answer comes at once.
        Result rest = execute("queue", "list", "--url", "http://127.0.0.1:1", "--user", "u", "--password", "p");
        Result amqp = execute("send", "orders", "hello", "--amqp", "amqp://127.0.0.1:1");

        assertEquals(3, rest.exitCode(), rest.err());
        assertEquals(3, amqp.exitCode(), amqp.err());
        assertTrue(rest.err().contains("No broker answers at http://127.0.0.1:1"), rest.err());
        assertTrue(amqp.err().contains("No broker answers at amqp://127.0.0.1:1"), amqp.err());
    }

    @Test
    void theVersionIsPrinted() {
        Result result = execute("version", "--json");

        assertEquals(0, result.exitCode());
        assertTrue(execute("--version").out().startsWith("Postrider "), "with the program's name");
    }
}
