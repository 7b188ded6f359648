// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import org.jspecify.annotations.Nullable;

/**
 * Three-valued logic, comparison and arithmetic of selectors (Jakarta Messaging 3.1 §3.8.1.2–3.8.1.3). Null is NULL, and
 * as a truth value unknown. Exact numbers are calculated as long, approximate ones as double; a pair of both as double.
 */
final class Values {
    /** Result of arithmetic on a string or boolean: every comparison with it is false. */
    static final Object INCOMPARABLE = new Object();

    private Values() {}

    /** A value where a condition stands: a boolean is its own truth, NULL is unknown, anything else is false. */
    static @Nullable Boolean truth(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        return Boolean.FALSE;
    }

    static @Nullable Boolean not(@Nullable Boolean truth) {
        return truth == null ? null : !truth;
    }

    static @Nullable Boolean and(@Nullable Boolean a, @Nullable Boolean b) {
        if (Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)) {
            return Boolean.FALSE;
        }
        return a == null ? null : b;
    }

    static @Nullable Boolean or(@Nullable Boolean a, @Nullable Boolean b) {
        if (Boolean.TRUE.equals(a) || Boolean.TRUE.equals(b)) {
            return Boolean.TRUE;
        }
        return a == null ? null : b;
    }

    static @Nullable Boolean compare(Comparator operator, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (left instanceof Number a && right instanceof Number b) {
            return (isApproximate(a) || isApproximate(b))
                    ? operator.holds(a.doubleValue(), b.doubleValue())
                    : operator.holds(a.longValue(), b.longValue());
        }
        boolean isSameType = (left instanceof String && right instanceof String)
                || (left instanceof Boolean && right instanceof Boolean);
        if (!isSameType) {
            return false;
        }
        return switch (operator) {
            case EQUAL -> left.equals(right);
            case UNEQUAL -> !left.equals(right);
            case LESS, LESS_EQUAL, GREATER, GREATER_EQUAL -> false;
        };
    }

    /** NULL with anything is NULL, and so is the division of an exact number by zero. */
    static @Nullable Object calculate(char operator, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (!(left instanceof Number a) || !(right instanceof Number b)) {
            return INCOMPARABLE;
        }
        return (isApproximate(a) || isApproximate(b))
                ? (Object) approximate(operator, a.doubleValue(), b.doubleValue())
                : exact(operator, a.longValue(), b.longValue());
    }

    static @Nullable Object negate(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number)) {
            return INCOMPARABLE;
        }
        return isApproximate(number) ? (Object) (-number.doubleValue()) : (Object) (-number.longValue());
    }

    private static boolean isApproximate(Number number) {
        return number instanceof Double || number instanceof Float;
    }

    private static @Nullable Long exact(char operator, long left, long right) {
        return switch (operator) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            case '/' -> right == 0 ? null : (Long) (left / right);
            default -> throw unknown(operator);
        };
    }

    private static double approximate(char operator, double left, double right) {
        return switch (operator) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            case '/' -> left / right;
            default -> throw unknown(operator);
        };
    }

    private static IllegalArgumentException unknown(char operator) {
        return new IllegalArgumentException("Expected + - * or /, but got " + operator);
    }
}
