// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The one jar of the distribution that an application needs: what is in it, and that it works alone. */
@ExtendWith(SharedBroker.class)
@Timeout(120)
class ClientJarTest {
    private static final long BYTES_MAX = 2_000_000;

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(BrokerUnderTest.HOME.resolve("client"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("postrider-jms-client-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void itHoldsTheClientAndWhatItNeedsAndNothingElse() throws IOException {
        Set<String> packages = new TreeSet<>();
        try (JarFile jar = new JarFile(jar().toFile())) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .forEach(name -> packages.add(String.join("/", first(name))));
            assertEquals(
                    "io.postrider.jms.client",
                    jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"));
        }
        assertEquals(Set.of("io/postrider/api", "io/postrider/jms", "jakarta/jms", "org/slf4j"), packages);
        assertTrue(Files.size(jar()) < BYTES_MAX, "it has " + Files.size(jar()) + " bytes");
    }

    private static String[] first(String name) {
        String[] parts = name.split("/");
        int count = parts[0].equals("io") ? 3 : 2;
        return java.util.Arrays.copyOf(parts, count);
    }

    @Test
    void itIsAllTheExampleNeeds(BrokerUnderTest broker) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        jar().toString(),
                        BrokerUnderTest.HOME.resolve("examples/jms/Hello.java").toString(),
                        "amqp://" + broker.host() + ":" + broker.amqpPort())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("hello"), output);
    }
}
