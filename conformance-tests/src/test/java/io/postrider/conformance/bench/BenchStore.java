// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for the store of one broker; gone when closed. Immutable. */
final class BenchStore implements AutoCloseable {
    private final Path directory;

    private BenchStore(Path directory) {
        this.directory = directory;
    }

    static BenchStore in(Path work) throws IOException {
        return new BenchStore(Files.createTempDirectory(Files.createDirectories(work), "store-"));
    }

    Path directory() {
        return directory;
    }

    BrokerProcess start(BenchOptions options, String... settings) throws IOException {
        return BrokerProcess.postrider(options.distribution(), directory, options.java(), settings);
    }

    /** What {@code du} counts: blocks on disk, preallocated files included. */
    long diskBytes() throws IOException {
        Process du = new ProcessBuilder("du", "-s", "-B1", directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (line.isBlank()) {
            throw new IOException("Expected du to count " + directory);
        }
        return Long.parseLong(line.substring(0, line.indexOf('\t')));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
