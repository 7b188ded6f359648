// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One table: rows are printed as they come and kept in {@code WORK/NAME.json}, an array of objects. A column with a limit is
 * checked when the report is closed, after everything was printed. Owned by the benchmark's thread.
 */
final class BenchReport implements AutoCloseable {
    private final String name;
    private final BenchOptions options;
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    BenchReport(String name, BenchOptions options) {
        this.name = name;
        this.options = options;
        System.out.printf(
                Locale.ROOT,
                "%n%s: %d cores, Java %s%n",
                name,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
    }

    /** A row under construction. */
    static final class Row {
        private final Map<String, Object> cells = new LinkedHashMap<>();

        Row with(String column, Object value) {
            cells.put(column, value instanceof Double number ? Math.round(number * 100) / 100.0 : value);
            return this;
        }
    }

    void add(Row row) throws IOException {
        boolean isNewShape =
                rows.isEmpty() || !rows.get(rows.size() - 1).keySet().equals(row.cells.keySet());
        if (isNewShape) {
            System.out.println(row.cells.keySet().stream().collect(Collectors.joining(" | ", "| ", " |")));
            System.out.println(
                    row.cells.keySet().stream().map(c -> "---").collect(Collectors.joining(" | ", "| ", " |")));
        }
        System.out.println(
                row.cells.values().stream().map(BenchReport::text).collect(Collectors.joining(" | ", "| ", " |")));
        rows.add(row.cells);
        row.cells.forEach(this::check);
        write();
    }

    List<Map<String, Object>> rows() {
        return List.copyOf(rows);
    }

    private void check(String column, Object value) {
        if (value instanceof Number number) {
            options.limit(name, column)
                    .filter(limit -> number.doubleValue() > limit)
                    .ifPresent(limit -> violations.add(
                            String.format(Locale.ROOT, "expected %s of at most %s, found %s", column, limit, number)));
        }
    }

    private static String text(Object value) {
        return value instanceof Double
                ? String.format(Locale.ROOT, "%,.2f", value)
                : value instanceof Number ? String.format(Locale.ROOT, "%,d", value) : String.valueOf(value);
    }

    private void write() throws IOException {
        Path file = Files.createDirectories(options.work()).resolve(name + ".json");
        String json = rows.stream()
                .map(row -> row.entrySet().stream()
                        .map(cell -> "\"" + cell.getKey() + "\": " + json(cell.getValue()))
                        .collect(Collectors.joining(", ", "  {", "}")))
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        Files.writeString(file, json);
    }

    private static String json(Object value) {
        return value instanceof Number
                ? value.toString()
                : "\"" + value.toString().replace("\"", "'") + "\"";
    }

    @Override
    public void close() {
        if (!violations.isEmpty()) {
            throw new AssertionError(name + ": " + String.join("; ", violations));
        }
    }
}
