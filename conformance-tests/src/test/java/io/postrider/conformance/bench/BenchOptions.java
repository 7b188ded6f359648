// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a benchmark was told: {@code name=value} words after the command, and system properties {@code bench.name} behind
 * them. {@code limit.BENCH.COLUMN=number} turns a column of its table into an assertion. Immutable.
 */
final class BenchOptions {
    private static final String DISTRIBUTION = "../server-dist/target/postrider";

    private final Map<String, String> words;

    private BenchOptions(Map<String, String> words) {
        this.words = words;
    }

    static BenchOptions of(String... words) {
        Map<String, String> all = new TreeMap<>();
        for (String word : Arrays.stream(words)
                .flatMap(w -> Arrays.stream(w.strip().split("\\s+")))
                .toList()) {
            int equals = word.indexOf('=');
            if (equals <= 0 && !word.isEmpty()) {
                throw new IllegalArgumentException("Expected name=value, but got '" + word + "'");
            }
            if (equals > 0) {
                all.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return new BenchOptions(all);
    }

    /** The same, with a value for what was not said. */
    BenchOptions orElse(String name, String value) {
        Map<String, String> more = new TreeMap<>(words);
        more.putIfAbsent(name, value);
        return new BenchOptions(more);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(words.get(name))
                .or(() -> Optional.ofNullable(System.getProperty(name.contains(".") ? name : "bench." + name)));
    }

    int number(String name, int otherwise) {
        return text(name).map(BenchOptions::parse).map(Math::toIntExact).orElse(otherwise);
    }

    List<Long> numbers(String name, Long... otherwise) {
        return text(name)
                .map(text ->
                        Arrays.stream(text.split(",")).map(BenchOptions::parse).toList())
                .orElse(List.of(otherwise));
    }

    /** Empty unless a limit was set. */
    Optional<Double> limit(String bench, String column) {
        return text("limit." + bench + "." + column).map(Double::valueOf);
    }

    Path distribution() {
        return Path.of(text("dist").orElse(DISTRIBUTION)).toAbsolutePath().normalize();
    }

    /** Where stores are made and results are written. */
    Path work() {
        return Path.of(text("work").orElse("target/bench")).toAbsolutePath();
    }

    /** Options of the broker's virtual machine on top of the start script's own; empty for none. */
    String java() {
        return text("java").orElse("").replace(',', ' ');
    }

    private static long parse(String text) {
        String digits = text.replace("_", "");
        return digits.endsWith("k")
                ? 1000 * Long.parseLong(digits.substring(0, digits.length() - 1))
                : digits.endsWith("m")
                        ? 1_000_000 * Long.parseLong(digits.substring(0, digits.length() - 1))
                        : Long.parseLong(digits);
    }
}
