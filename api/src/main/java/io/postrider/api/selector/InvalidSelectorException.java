// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

/** The text of a selector breaks the grammar or its types; the message says what was expected, what found and where. */
public final class InvalidSelectorException extends RuntimeException {
    private final int position;

    InvalidSelectorException(String expectation, String finding, int position) {
        super("Expected " + expectation + ", but found " + finding + " at position " + position);
        this.position = position;
    }

    /** Where in the text the problem is: number of the character, counted from 1. */
    public int position() {
        return position;
    }
}
