// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a running broker leaves for others to find it, and what readers make of it. */
class RunFilesTest {
    private static final RunFiles.Ports PORTS = new RunFiles.Ports(5673, 8162);

    @TempDir
    Path data;

    private Path run() {
        return data.resolve("run");
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        RunFiles files = new RunFiles(data);

        files.write(PORTS, 42, "token-1");

        assertEquals(Optional.of(PORTS), files.ports());
        assertEquals(Optional.of("token-1"), files.operatorToken());
        assertEquals("{\"amqp\":5673,\"http\":8162}\n", Files.readString(run().resolve("ports.json")));
        assertEquals("42\n", Files.readString(run().resolve("pid")));
    }

    @Test
    void aLaterStartReplacesThem() {
        RunFiles files = new RunFiles(data);
        files.write(new RunFiles.Ports(1, 2), 41, "old");

        files.write(PORTS, 42, "new");

        assertEquals(Optional.of(PORTS), files.ports());
        assertEquals(Optional.of("new"), files.operatorToken());
    }

    @Test
    void onlyTheOwnerMayReadTheToken() throws IOException {
        Assumptions.assumeTrue(
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        new RunFiles(data).write(PORTS, 42, "token");

        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(run().resolve("operator-token"))));
    }

    @Test
    void nothingIsThereBeforeTheFirstStartAndAfterAStop() {
        RunFiles files = new RunFiles(data);
        assertEquals(Optional.empty(), files.ports());
        assertEquals(Optional.empty(), files.operatorToken());
        files.write(PORTS, 42, "token");

        files.remove();

        assertEquals(Optional.empty(), files.ports());
        assertEquals(Optional.empty(), files.operatorToken());
        assertFalse(Files.exists(run().resolve("pid")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"amqp\":5672}", "{\"amqp\":-1,\"http\":1}", "{\"amqp\":123456,\"http\":1}", "5672"})
    void portsThatAreNoPortsAreNone(String text) throws IOException {
        Files.createDirectories(run());
        Files.writeString(run().resolve("ports.json"), text);

        assertEquals(Optional.empty(), new RunFiles(data).ports());
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(run(), "a file where the directory should be");

        UncheckedIOException failure =
                assertThrows(UncheckedIOException.class, () -> new RunFiles(data).write(PORTS, 42, "token"));

        assertEquals("Expected to write the files of this run to " + run(), failure.getMessage());
    }
}
