// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The closing table. Immutable. */
record DemoReport(List<Row> rows, int republished, double seconds) {
    /**
     * What one service should have seen, and what it saw.
     *
     * @param duplicates orders seen again; only those in doubt when the broker died may be
     */
    record Row(String name, int expected, int counted, int duplicates) {
        boolean isRight() {
            return expected == counted;
        }
    }

    boolean isRight() {
        return rows.stream().allMatch(Row::isRight);
    }

    JsonObject json() {
        JsonArray all = new JsonArray();
        for (Row row : rows) {
            all.add(new JsonObject()
                    .put("name", row.name())
                    .put("expected", row.expected())
                    .put("counted", row.counted())
                    .put("duplicates", row.duplicates())
                    .put("ok", row.isRight()));
        }
        return new JsonObject()
                .put("ok", isRight())
                .put("rows", all)
                .put("republished", republished)
                .put("seconds", seconds);
    }

    void print(PrintWriter out) {
        out.printf(Locale.ROOT, "%n%-30s %10s %10s %12s%n", "", "expected", "counted", "seen twice");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-30s %,10d %,10d %,12d  %s%n",
                    row.name(),
                    row.expected(),
                    row.counted(),
                    row.duplicates(),
                    row.isRight() ? "ok" : "WRONG");
        }
        out.printf(
                Locale.ROOT,
                "%n%s in %.1f s. \"Seen twice\" are orders that were on their way to be acknowledged, or sent (%d), when the"
                        + " broker was killed.%n",
                isRight() ? "All counts are right" : "SOME COUNTS ARE WRONG",
                seconds,
                republished);
        out.flush();
    }
}
