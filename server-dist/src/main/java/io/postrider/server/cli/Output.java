// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command prints through: text for people, or JSON for scripts, one object per line. */
public final class Output {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli before any command runs
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean isJson;

    public boolean isJson() {
        return isJson;
    }

    public PrintWriter writer() {
        return spec.commandLine().getOut();
    }

    /** Prints one of the two forms of the same result. */
    public void print(JsonObject json, String text) {
        writer().println(isJson ? json.encode() : text);
        writer().flush();
    }

    /** Prints to standard error, and only for people. */
    public void note(String text) {
        if (!isJson) {
            spec.commandLine().getErr().println(text);
            spec.commandLine().getErr().flush();
        }
    }

    /**
     * Lines up rows in columns; cells that hold nothing but a number go to the right.
     *
     * @param rows the first row is the heading
     */
    public static String table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                String space = " ".repeat(widths[i] - cell.length());
                line.append(i == 0 ? "" : "  ").append(isNumber(rows, i) ? space + cell : cell + space);
            }
            lines.add(line.toString().stripTrailing());
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static boolean isNumber(List<List<String>> rows, int column) {
        return rows.stream().skip(1).allMatch(row -> row.get(column).matches("-?[\\d,.]+")) && rows.size() > 1;
    }
}
