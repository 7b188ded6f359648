// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.StartPosition;
import io.postrider.api.error.Rejection;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** The filters of a receiver's source (AMQP 1.0 §3.5.8), which are told by their descriptors, whatever their keys. */
public sealed interface Filters {

    /**
     * @param selector text of the JMS selector, or null for none
     * @param noLocal whether messages of the link's own container are left out
     * @param start where a reader begins
     * @param deferralTokens if not empty, only messages that were put aside under one of these are meant
     * @param applied what the attach answers with: the filters as they came, less those that are not supported
     */
    record Applied(
            @Nullable String selector,
            boolean noLocal,
            StartPosition start,
            Set<String> deferralTokens,
            Map<Symbol, Object> applied)
            implements Filters {
        /** Filters that ask neither for a place to start nor for what was put aside. */
        Applied(@Nullable String selector, boolean noLocal, Map<Symbol, Object> applied) {
            this(selector, noLocal, StartPosition.DEFAULT, Set.of(), applied);
        }
    }

    /** A filter that is supported is not valid. */
    record Refused(Rejection rejection) implements Filters {}

    /** Reads the filter map of a source, which may be null. */
    static Filters read(@Nullable Map<?, ?> filters) {
        return new FilterReader().read(filters);
    }
}
