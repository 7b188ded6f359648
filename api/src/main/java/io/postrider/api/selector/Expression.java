// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import io.postrider.api.port.MessageInspector.Fields;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node of a parsed selector. Immutable.
 *
 * <p>Conditions and operands share one set of values: {@code Boolean.TRUE} and {@code FALSE} are the truth values true
 * and false, null is both SQL's NULL and the truth value unknown; besides there are {@code String}, {@code Long} and
 * {@code Double}, and {@link Values#INCOMPARABLE} for arithmetic on something that is no number.
 */
sealed interface Expression {

    @Nullable
    Object evaluate(Fields fields);

    /** What the text alone tells of the value. */
    Type type();

    /** Types a parser can see. */
    enum Type {
        CONDITION,
        NUMBER,
        STRING,
        /** An identifier: only the message decides. */
        ANY
    }

    /** {@code value} is a String, Long, Double or Boolean. */
    record Literal(Object value) implements Expression {
        @Override
        public Object evaluate(Fields fields) {
            return value;
        }

        @Override
        public Type type() {
            if (value instanceof String) {
                return Type.STRING;
            }
            return value instanceof Boolean ? Type.CONDITION : Type.NUMBER;
        }
    }

    record Identifier(String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            return fields.get(name);
        }

        @Override
        public Type type() {
            return Type.ANY;
        }
    }

    /** True if all parts are true, false if one is false, else unknown. */
    record And(List<Expression> parts) implements Expression {
        public And {
            parts = List.copyOf(parts);
        }

        @Override
        public @Nullable Object evaluate(Fields fields) {
            Boolean result = true;
            for (int i = 0; i < parts.size(); i++) {
                Boolean truth = Values.truth(parts.get(i).evaluate(fields));
                if (truth == null) {
                    result = null;
                } else if (!truth) {
                    return false;
                }
            }
            return result;
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    /** True if one part is true, false if all are false, else unknown. */
    record Or(List<Expression> parts) implements Expression {
        public Or {
            parts = List.copyOf(parts);
        }

        @Override
        public @Nullable Object evaluate(Fields fields) {
            Boolean result = false;
            for (int i = 0; i < parts.size(); i++) {
                Boolean truth = Values.truth(parts.get(i).evaluate(fields));
                if (truth == null) {
                    result = null;
                } else if (truth) {
                    return true;
                }
            }
            return result;
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    record Not(Expression part) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            return Values.not(Values.truth(part.evaluate(fields)));
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    record Comparison(Comparator operator, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            return Values.compare(operator, left.evaluate(fields), right.evaluate(fields));
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    /** {@code NOT BETWEEN} is below or above, which differs from the negation where values have no order. */
    record Between(Expression value, Expression low, Expression high, boolean isNegated) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            Object x = value.evaluate(fields);
            Boolean first =
                    Values.compare(isNegated ? Comparator.LESS : Comparator.GREATER_EQUAL, x, low.evaluate(fields));
            Boolean second =
                    Values.compare(isNegated ? Comparator.GREATER : Comparator.LESS_EQUAL, x, high.evaluate(fields));
            return isNegated ? Values.or(first, second) : Values.and(first, second);
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    record In(Identifier identifier, Set<String> strings, boolean isNegated) implements Expression {
        public In {
            strings = Set.copyOf(strings);
        }

        @Override
        public @Nullable Object evaluate(Fields fields) {
            Object value = identifier.evaluate(fields);
            if (value == null) {
                return null;
            }
            return (value instanceof String string && strings.contains(string)) != isNegated;
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    record Like(Identifier identifier, LikePattern pattern, boolean isNegated) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            Object value = identifier.evaluate(fields);
            if (value == null) {
                return null;
            }
            return (value instanceof String string && pattern.matches(string)) != isNegated;
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    record IsNull(Identifier identifier, boolean isNegated) implements Expression {
        @Override
        public Object evaluate(Fields fields) {
            return (identifier.evaluate(fields) == null) != isNegated;
        }

        @Override
        public Type type() {
            return Type.CONDITION;
        }
    }

    /** A chain of operators of one rank, applied from left to right; a list, so that a long chain is no deep tree. */
    record Arithmetic(Expression first, List<Step> steps) implements Expression {

        /** One operator, {@code + - *} or {@code /}, and its right operand. */
        record Step(char operator, Expression operand) {}

        public Arithmetic {
            steps = List.copyOf(steps);
        }

        @Override
        public @Nullable Object evaluate(Fields fields) {
            Object result = first.evaluate(fields);
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                result = Values.calculate(step.operator, result, step.operand.evaluate(fields));
            }
            return result;
        }

        @Override
        public Type type() {
            return Type.NUMBER;
        }
    }

    record Negation(Expression operand) implements Expression {
        @Override
        public @Nullable Object evaluate(Fields fields) {
            return Values.negate(operand.evaluate(fields));
        }

        @Override
        public Type type() {
            return Type.NUMBER;
        }
    }
}
