// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files a running broker keeps in {@code DATA/run}: its ports, its process id and the operator token. Written when it
 * is ready, removed when it stops. After a kill they stay, so a reader must be prepared for nobody listening. Any thread.
 */
public final class RunFiles {
    private static final Pattern PORTS = Pattern.compile("\\{\"amqp\":(\\d{1,5}),\"http\":(\\d{1,5})}\\s*");

    private final Path directory;

    /** The ports a broker listens on. */
    public record Ports(int amqp, int http) {}

    public RunFiles(Path dataDirectory) {
        this.directory = dataDirectory.resolve("run");
    }

    /** Replaces what an earlier broker left. Each file appears whole or not at all; the ports come last. */
    public void write(Ports ports, long pid, String operatorToken) {
        try {
            Files.createDirectories(directory);
            replace("operator-token", operatorToken + "\n", ownerOnly());
            replace("pid", pid + "\n");
            replace("ports.json", "{\"amqp\":" + ports.amqp() + ",\"http\":" + ports.http() + "}\n");
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to write the files of this run to " + directory, e);
        }
    }

    public void remove() {
        try {
            for (String name : new String[] {"ports.json", "pid", "operator-token"}) {
                Files.deleteIfExists(directory.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to remove the files of this run from " + directory, e);
        }
    }

    /** The ports of the broker that was ready here last and has not stopped in an orderly way. */
    public Optional<Ports> ports() {
        Optional<String> text = read("ports.json");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher matcher = PORTS.matcher(text.get());
        return matcher.matches()
                ? Optional.of(new Ports(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** The token of the same broker; empty if the caller may not read it. */
    public Optional<String> operatorToken() {
        return read("operator-token").map(String::strip);
    }

    private Optional<String> read(String name) {
        Path file = directory.resolve(name);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to read " + file, e);
        }
    }

    private void replace(String name, String content, FileAttribute<?>... attributes) throws IOException {
        Path file = directory.resolve(name);
        Path temporary = directory.resolve(name + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, attributes);
        Files.write(temporary, content.getBytes(StandardCharsets.UTF_8));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Windows has no such permissions; there the directory's own access list decides. */
    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
