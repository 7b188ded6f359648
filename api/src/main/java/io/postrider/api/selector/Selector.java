// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import io.postrider.api.port.MessageInspector;
import org.jspecify.annotations.Nullable;

/**
 * A parsed message selector (Jakarta Messaging 3.1 §3.8.1). Immutable; any thread. Equal texts make equal selectors.
 *
 * <p>Beyond the JMS grammar, identifiers may be written in double quotes, and the prefixes {@code amqp.} and {@code m.}
 * may be followed by names with dots and dashes, because other AMQP clients write them so.
 */
public final class Selector {
    private final String text;
    private final @Nullable Expression condition;

    private Selector(String text, @Nullable Expression condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Parses a selector; an empty or blank text selects every message.
     *
     * @throws InvalidSelectorException if the text is not a selector
     */
    public static Selector parse(String text) {
        return new Selector(text, new SelectorParser(text).parse());
    }

    /** Whether the message is selected: the condition is true, neither false nor unknown. */
    public boolean matches(MessageInspector.Fields fields) {
        return condition == null || Boolean.TRUE.equals(condition.evaluate(fields));
    }

    /** Whether this selector was written blank and so selects every message. */
    public boolean matchesAll() {
        return condition == null;
    }

    /** The text as it was parsed. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Selector that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "Selector[" + text + "]";
    }
}
