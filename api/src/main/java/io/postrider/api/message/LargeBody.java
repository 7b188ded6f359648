// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.message;

/**
 * The part of a large message that is not in its {@link Message#encoded}: bytes that follow those, kept in chunks outside the
 * heap. Immutable.
 *
 * @param id number of the staged body, at least 0; never used again
 * @param chunks how many chunks it has, at least 1
 * @param bytes sum of the chunks' lengths
 */
public record LargeBody(long id, int chunks, long bytes) {
    public LargeBody {
        if (id < 0 || chunks < 1 || bytes < chunks) {
            throw new IllegalArgumentException(
                    "Expected an id of at least 0 and chunks with at least one byte each, but got " + id + ", " + chunks
                            + " chunks, " + bytes + " bytes");
        }
    }
}
