// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import java.util.Collection;
import java.util.Optional;

/** Guesses which of several known names a mistyped one was meant to be. */
public final class NearestName {
    private NearestName() {}

    /** The candidate with the fewest edits, if it is near enough to be a typing mistake. */
    public static Optional<String> of(String name, Collection<String> candidates) {
        String best = null;
        int bestEdits = Math.max(3, name.length() / 3) + 1;
        for (String candidate : candidates) {
            int edits = edits(name, candidate);
            if (edits < bestEdits) {
                best = candidate;
                bestEdits = edits;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Insertions, deletions, substitutions and swaps of neighbours that turn one name into the other. */
    private static int edits(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= to.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                int edits = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
                edits = Math.min(edits, cost[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    edits = Math.min(edits, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = edits;
            }
        }
        return cost[from.length()][to.length()];
    }
}
