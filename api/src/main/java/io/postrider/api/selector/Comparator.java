// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

/** The six comparison operators. */
enum Comparator {
    EQUAL("="),
    UNEQUAL("<>"),
    LESS("<"),
    LESS_EQUAL("<="),
    GREATER(">"),
    GREATER_EQUAL(">=");

    private final String text;

    Comparator(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Whether the operator needs values that have an order: numbers. */
    boolean needsOrder() {
        return this != EQUAL && this != UNEQUAL;
    }

    boolean holds(long left, long right) {
        return switch (this) {
            case EQUAL -> left == right;
            case UNEQUAL -> left != right;
            case LESS -> left < right;
            case LESS_EQUAL -> left <= right;
            case GREATER -> left > right;
            case GREATER_EQUAL -> left >= right;
        };
    }

    /** As IEEE 754 compares, except that a value that is no number is not unequal to anything either. */
    boolean holds(double left, double right) {
        return switch (this) {
            case EQUAL -> left == right;
            case UNEQUAL -> left < right || left > right;
            case LESS -> left < right;
            case LESS_EQUAL -> left <= right;
            case GREATER -> left > right;
            case GREATER_EQUAL -> left >= right;
        };
    }
}
