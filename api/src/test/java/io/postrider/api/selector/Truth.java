// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import io.postrider.api.port.MessageInspector.Fields;

/** The three truth values of a condition, told apart from outside: unknown is neither true nor is its negation. */
enum Truth {
    T,
    F,
    U;

    static Truth of(String condition, Fields fields) {
        if (Selector.parse(condition).matches(fields)) {
            return T;
        }
        return Selector.parse("NOT (" + condition + ")").matches(fields) ? F : U;
    }
}
