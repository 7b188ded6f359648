// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/postrider} makes of its surroundings. The Java it finds is a script that prints its arguments. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is for a POSIX shell")
class StartScriptTest {
    private static final Path SCRIPT = Path.of("src/main/dist/bin/postrider");

    @TempDir
    Path directory;

    private Path home;
    private Path java;

    private record Run(int exitCode, String out, String err) {
        List<String> words() {
            return out.lines().toList();
        }

        boolean has(String word) {
            return words().contains(word);
        }

        /** Position of a word that must be there. */
        int at(String word) {
            assertTrue(has(word), () -> "Expected " + word + " in\n" + out + err);
            return words().indexOf(word);
        }
    }

    @BeforeEach
    void makeHomeAndJava() throws IOException {
        home = Files.createDirectories(directory.resolve("my programs/postrider 1"));
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("bin"));
        Files.copy(SCRIPT, home.resolve("bin/postrider"));
        executable(home.resolve("bin/postrider"));
        java = javaHome("17.0.15");
    }

    private Path javaHome(String version) throws IOException {
        Path path = Files.createDirectories(directory.resolve("a java " + version));
        Files.createDirectories(path.resolve("bin"));
        Files.writeString(path.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(path.resolve("bin/java"), "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\n");
        executable(path.resolve("bin/java"));
        return path;
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Run run(Path script, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectError(directory.resolve("err").toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("POSTRIDER_"));
            builder.environment().put("JAVA_HOME", java.toString());
            builder.environment().putAll(environment);
            builder.environment().values().removeIf(String::isEmpty);
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            return new Run(process.exitValue(), out, Files.readString(directory.resolve("err")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Run run(Map<String, String> environment, String... arguments) {
        return run(home.resolve("bin/postrider"), environment, arguments);
    }

    private Run run(String... arguments) {
        return run(Map.of(), arguments);
    }

    @Test
    void aShellCanReadIt() throws Exception {
        Process check = new ProcessBuilder("sh", "-n", SCRIPT.toString())
                .redirectErrorStream(true)
                .start();
        String problems = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, check.waitFor(), problems);
    }

    @Test
    void pathsAndArgumentsWithSpacesStayWhole() {
        Run run = run("send", "a queue", "hello  world", "");

        assertEquals(0, run.exitCode(), run.err());
        assertEquals(home.toAbsolutePath() + "/lib/*", run.words().get(run.at("-cp") + 1));
        assertTrue(run.has("-Dpostrider.home=" + home));
        int main = run.at("io.postrider.server.Main");
        assertEquals(List.of("send", "a queue", "hello  world", ""), run.words().subList(main + 1, main + 5));
    }

    @Test
    void itFindsItsHomeThroughLinks() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("usr/bin"));
        Path first = Files.createSymbolicLink(bin.resolve("first"), home.resolve("bin/postrider"));
        Path second = Files.createSymbolicLink(bin.resolve("postrider"), Path.of("first"));

        assertTrue(run(first, Map.of(), "version").has("-Dpostrider.home=" + home));
        assertTrue(run(second, Map.of(), "version").has("-Dpostrider.home=" + home));
    }

    @Test
    void aBrokerGetsASmallHeapAndAToolEvenLess() {
        Run broker = run("run", "--data", "d");
        Run tool = run("queue", "list");

        assertTrue(broker.has("-XX:+UseSerialGC") && broker.has("-Xmn16m") && broker.has("-XX:MaxRAMPercentage=25"));
        assertTrue(broker.has("-XX:+ExitOnOutOfMemoryError"));
        assertTrue(tool.has("-XX:TieredStopAtLevel=1"));
        assertFalse(tool.has("-Xmn16m"));
    }

    @Test
    void theUsersHeapIsTheHeap() {
        Run run = run(Map.of("POSTRIDER_HEAP", "2g"), "run");

        assertTrue(run.has("-Xmx2g"));
        assertFalse(run.out().contains("MaxRAMPercentage"));
    }

    @Test
    void theUsersOptionsComeAfterOurs() {
        Run run = run(Map.of("POSTRIDER_JAVA_OPTS", "-Xmx333m -Dmine=1"), "run");

        assertTrue(run.at("-Xmx333m") > run.at("-XX:MaxRAMPercentage=25"));
        assertTrue(run.at("-Dmine=1") < run.at("io.postrider.server.Main"));
    }

    @Test
    void aCollectorOfTheUsersIsTheOnlyOne() {
        Run run = run(Map.of("POSTRIDER_JAVA_OPTS", "-XX:+UseG1GC"), "run");

        assertTrue(run.has("-XX:+UseG1GC"));
        assertFalse(run.has("-XX:+UseSerialGC"));
        assertFalse(run.has("-Xmn16m"));
    }

    @Test
    void newerJavasAreToldWhatTheyWarnAbout() throws IOException {
        assertFalse(run("run").out().contains("native-access"));

        java = javaHome("25.0.1");

        Run run = run("run");
        assertTrue(run.has("--enable-native-access=ALL-UNNAMED"));
        assertTrue(run.has("--sun-misc-unsafe-memory-access=allow"));
    }

    @Test
    void anOlderJavaIsRefused() throws IOException {
        java = javaHome("11.0.20");

        Run run = run("run");

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("Java 17 or newer is needed"), run.err());
        assertTrue(run.err().contains("11.0.20"), run.err());
    }

    @Test
    void aJavaHomeWithoutJavaIsRefused() {
        Run run = run(Map.of("JAVA_HOME", "/nowhere"), "run");

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("JAVA_HOME is /nowhere"), run.err());
    }

    @Test
    void theJavaOnThePathIsFoundThroughLinks() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("path"));
        Files.createSymbolicLink(bin.resolve("java"), java.resolve("bin/java"));
        Map<String, String> environment = new HashMap<>();
        environment.put("JAVA_HOME", "");
        environment.put("PATH", bin + ":/usr/bin:/bin");

        Run run = run(environment, "version");

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.has("version"));
    }

    @Test
    void anArchiveIsUsedOnlyWithTheJavaItIsFor() throws IOException {
        assertFalse(run("run").out().contains("SharedArchiveFile"));
        Files.writeString(home.resolve("lib/classes-17.0.15.jsa"), "");

        assertTrue(run("run").has("-XX:SharedArchiveFile=" + home + "/lib/classes-17.0.15.jsa"));

        java = javaHome("25.0.1");
        assertFalse(run("run").out().contains("SharedArchiveFile"));
    }

    @Test
    void anArchiveIsWrittenBesideAndThenPutInPlace() throws IOException {
        Path archive = home.resolve("lib/classes-17.0.15.jsa");
        Files.writeString(archive, "old");
        Files.writeString(
                java.resolve("bin/java"),
                "#!/bin/sh\nfor word in \"$@\"; do case $word in -XX:ArchiveClassesAtExit=*)"
                        + " echo new > \"${word#*=}\";; esac; done\n");

        Run run = run("archive");

        assertEquals(0, run.exitCode(), run.err());
        assertEquals("new\n", Files.readString(archive));
        assertFalse(Files.exists(home.resolve("lib/classes-17.0.15.jsa.new")));
    }

    @Test
    void aBrokerThatFailsLeavesNoArchive() throws IOException {
        Files.writeString(java.resolve("bin/java"), "#!/bin/sh\nexit 3\n");

        Run run = run("archive");

        assertEquals(3, run.exitCode());
        assertFalse(Files.exists(home.resolve("lib/classes-17.0.15.jsa")));
    }
}
