// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.StartPosition;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.selector.InvalidSelectorException;
import io.postrider.api.selector.Selector;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.jspecify.annotations.Nullable;

/** Collects what one filter map says. Used once. */
final class FilterReader {
    private static final Set<Object> SELECTOR_DESCRIPTORS = Set.of(
            UnsignedLong.valueOf(0x0000_468C_0000_0004L),
            Symbol.valueOf("apache.org:selector-filter:string"),
            Symbol.valueOf("apache.org:jms-selector-filter:string"));
    private static final Set<Object> NO_LOCAL_DESCRIPTORS = Set.of(
            UnsignedLong.valueOf(0x0000_468C_0000_0003L),
            Symbol.valueOf("apache.org:no-local-filter:list"),
            Symbol.valueOf("apache.org:jms-no-local-filter:list"));

    private static final Set<Object> SQL_DESCRIPTORS =
            Set.of(UnsignedLong.valueOf(0x120), Symbol.valueOf("amqp:sql-filter"));
    private static final Set<Object> PROPERTIES_DESCRIPTORS =
            Set.of(UnsignedLong.valueOf(0x173), Symbol.valueOf("amqp:properties-filter"));
    private static final Set<Object> APPLICATION_PROPERTIES_DESCRIPTORS =
            Set.of(UnsignedLong.valueOf(0x174), Symbol.valueOf("amqp:application-properties-filter"));

    private static final Symbol DEFERRAL_TOKEN = Symbol.valueOf("postrider:deferral-token");

    private final Map<Symbol, Object> applied = new LinkedHashMap<>();
    private final Set<String> deferralTokens = new LinkedHashSet<>();
    private @Nullable String selector;
    private boolean noLocal;
    private StartPosition start = StartPosition.DEFAULT;

    Filters read(@Nullable Map<?, ?> filters) {
        if (filters == null) {
            return new Filters.Applied(null, false, StartPosition.DEFAULT, Set.of(), Map.of());
        }
        for (Map.Entry<?, ?> entry : filters.entrySet()) {
            if (StartFilter.NAME.equals(entry.getKey()) && !(entry.getValue() instanceof DescribedType)) {
                Rejection rejection = start(StartFilter.NAME, entry.getValue(), entry.getValue());
                if (rejection != null) {
                    return new Filters.Refused(rejection);
                }
            } else if (entry.getKey() instanceof Symbol key && isDeferralToken(key, entry.getValue())) {
                Rejection rejection = tokens(key, entry.getValue());
                if (rejection != null) {
                    return new Filters.Refused(rejection);
                }
            } else if (entry.getKey() instanceof Symbol key && entry.getValue() instanceof DescribedType filter) {
                Rejection rejection = read(key, filter);
                if (rejection != null) {
                    return new Filters.Refused(rejection);
                }
            }
        }
        return new Filters.Applied(selector, noLocal, start, deferralTokens, applied);
    }

    private static boolean isDeferralToken(Symbol key, @Nullable Object value) {
        return value instanceof DescribedType filter
                ? DEFERRAL_TOKEN.equals(filter.getDescriptor())
                : DEFERRAL_TOKEN.equals(key);
    }

    /** One token, or a list of tokens; described or, from clients that cannot, by its key alone. */
    private @Nullable Rejection tokens(Symbol key, @Nullable Object value) {
        Object tokens = value instanceof DescribedType filter ? filter.getDescribed() : value;
        for (Object token : tokens instanceof List<?> list ? list : Collections.singletonList(tokens)) {
            if (!(token instanceof String text) || text.isEmpty()) {
                return new Rejection(
                        ErrorCode.INVALID_FIELD,
                        "Expected a deferral token, or a list of them, to be a string, but found " + tokens
                                + " [filter=" + key + "]");
            }
            deferralTokens.add(text);
        }
        applied.put(key, value);
        return null;
    }

    private @Nullable Rejection read(Symbol key, DescribedType filter) {
        if (NO_LOCAL_DESCRIPTORS.contains(filter.getDescriptor())) {
            // Its value is an empty list by the book and a string at most clients: the descriptor says it all.
            noLocal = true;
            applied.put(key, filter);
        } else if (SELECTOR_DESCRIPTORS.contains(filter.getDescriptor())) {
            return selector(key, filter, filter.getDescribed());
        } else if (StartFilter.NAME.equals(filter.getDescriptor())) {
            return start(key, filter, filter.getDescribed());
        } else if (SQL_DESCRIPTORS.contains(filter.getDescriptor())) {
            return sql(key, filter);
        } else if (PROPERTIES_DESCRIPTORS.contains(filter.getDescriptor())) {
            return properties(key, filter, PropertyFilters.onProperties(filter.getDescribed()));
        } else if (APPLICATION_PROPERTIES_DESCRIPTORS.contains(filter.getDescriptor())) {
            return properties(key, filter, PropertyFilters.onApplicationProperties(filter.getDescribed()));
        }
        return null;
    }

    private @Nullable Rejection start(Symbol key, @Nullable Object filter, @Nullable Object value) {
        StartPosition position = StartFilter.position(value);
        if (position == null) {
            return new Rejection(
                    ErrorCode.INVALID_FIELD,
                    "Expected first, last, next, a duration such as 10m, a timestamp or an offset, but found " + value
                            + " [filter=" + key + "]");
        }
        start = position;
        if (filter != null) {
            applied.put(key, filter);
        }
        return null;
    }

    /** A filter that asks for what cannot be compared is not applied, and so not echoed. */
    private @Nullable Rejection properties(Symbol key, DescribedType filter, @Nullable String text) {
        return text == null ? null : selector(key, filter, text);
    }

    private @Nullable Rejection sql(Symbol key, DescribedType filter) {
        if (!(filter.getDescribed() instanceof String text)) {
            return selector(key, filter, filter.getDescribed());
        }
        String translated = SqlFilter.selector(text);
        return translated == null
                ? new Rejection(
                        ErrorCode.INVALID_SELECTOR,
                        "Expected a SQL filter of comparisons, LIKE, IN, IS NULL and their logic [filter=" + text + "]")
                : selector(key, filter, translated);
    }

    private @Nullable Rejection selector(Symbol key, DescribedType filter, @Nullable Object value) {
        if (!(value instanceof String text)) {
            return new Rejection(
                    ErrorCode.INVALID_SELECTOR,
                    "Expected a string as selector, but found " + value + " [filter=" + key + "]");
        }
        try {
            if (!Selector.parse(text).matchesAll()) {
                // Several filters must all hold (AMQP 1.0 §3.5.8).
                selector = selector == null ? text : "(" + selector + ") AND (" + text + ")";
            }
        } catch (InvalidSelectorException e) {
            return new Rejection(ErrorCode.INVALID_SELECTOR, e.getMessage() + " [selector=" + text + "]");
        }
        applied.put(key, filter);
        return null;
    }
}
