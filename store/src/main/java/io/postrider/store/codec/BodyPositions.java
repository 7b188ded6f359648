// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import java.util.Arrays;

/**
 * Where in an entry its messages and chunks are, in order: one position for each command, and for each part of a commit. Owned by one
 * thread; reused.
 */
public final class BodyPositions {
    private int[] positions = new int[64];
    private int[] lengths = new int[64];
    private int size;

    /** @param length 0 for a command without a message */
    public void add(int position, int length) {
        if (size == positions.length) {
            positions = Arrays.copyOf(positions, size * 2);
            lengths = Arrays.copyOf(lengths, size * 2);
        }
        positions[size] = position;
        lengths[size++] = length;
    }

    public void addAll(BodyPositions others) {
        for (int i = 0; i < others.size; i++) {
            add(others.positions[i], others.lengths[i]);
        }
    }

    public int position(int i) {
        return positions[i];
    }

    public int length(int i) {
        return lengths[i];
    }

    public void clear() {
        size = 0;
    }
}
