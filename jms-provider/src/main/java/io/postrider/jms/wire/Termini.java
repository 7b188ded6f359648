// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.jspecify.annotations.Nullable;

/** Sources and targets of our links (AMQP 1.0 §3.5). */
final class Termini {
    private static final Symbol[] OUTCOMES = {
        Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL, Released.DESCRIPTOR_SYMBOL, Modified.DESCRIPTOR_SYMBOL
    };
    private static final Symbol COPY = Symbol.valueOf("copy");
    private static final Symbol LIFETIME_POLICY = Symbol.valueOf("lifetime-policy");
    private static final Symbol SELECTOR_KEY = Symbol.valueOf("jms-selector");
    private static final UnsignedLong SELECTOR_CODE = UnsignedLong.valueOf(0x0000468C00000004L);
    private static final Symbol SELECTOR_SYMBOL = Symbol.valueOf("apache.org:selector-filter:string");
    private static final Symbol NO_LOCAL_KEY = Symbol.valueOf("no-local");
    private static final UnsignedLong NO_LOCAL_CODE = UnsignedLong.valueOf(0x0000468C00000003L);

    private Termini() {}

    /** A filter: a value with a descriptor that says which filter it is. */
    private record Filter(UnsignedLong code, Object value) implements DescribedType {
        @Override
        public Object getDescriptor() {
            return code;
        }

        @Override
        public Object getDescribed() {
            return value;
        }
    }

    static Source senderSource(SenderSpec spec) {
        Source source = new Source();
        source.setAddress(spec.isDynamic() ? null : spec.source());
        source.setOutcomes(OUTCOMES);
        return source;
    }

    static Source coordinatorSource() {
        Source source = new Source();
        source.setOutcomes(OUTCOMES);
        return source;
    }

    static Target senderTarget(SenderSpec spec) {
        Target target = new Target();
        target.setAddress(spec.address());
        if (spec.capability() != null) {
            target.setCapabilities(Symbol.valueOf(spec.capability()));
        }
        if (spec.isDynamic()) {
            target.setDynamic(true);
            target.setDurable(TerminusDurability.NONE);
            target.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
            target.setDynamicNodeProperties(Map.of(LIFETIME_POLICY, DeleteOnClose.getInstance()));
        }
        return target;
    }

    /** Null for the lookup of a subscription. */
    static @Nullable Source receiverSource(ReceiverSpec spec) {
        if (spec.address() == null) {
            return null;
        }
        Source source = new Source();
        source.setAddress(spec.address());
        source.setCapabilities(symbols(spec.capabilities()));
        source.setOutcomes(OUTCOMES);
        source.setDefaultOutcome(WireOutcome.modified(false));
        source.setDurable(spec.isDurable() ? TerminusDurability.UNSETTLED_STATE : TerminusDurability.NONE);
        source.setExpiryPolicy(spec.isDurable() ? TerminusExpiryPolicy.NEVER : TerminusExpiryPolicy.LINK_DETACH);
        if (spec.isCopying()) {
            source.setDistributionMode(COPY);
        }
        Map<Symbol, Object> filters = new HashMap<>();
        if (spec.isNoLocal()) {
            filters.put(NO_LOCAL_KEY, new Filter(NO_LOCAL_CODE, List.of()));
        }
        if (spec.selector() != null) {
            filters.put(SELECTOR_KEY, new Filter(SELECTOR_CODE, spec.selector()));
        }
        if (!filters.isEmpty()) {
            source.setFilter(filters);
        }
        return source;
    }

    /** Whether the broker says it applies the selector: it is in the source it sent back. */
    static boolean hasSelector(@Nullable Source source) {
        Map<?, ?> filters = source == null ? null : source.getFilter();
        if (filters == null) {
            return false;
        }
        for (Object filter : filters.values()) {
            if (filter instanceof DescribedType described
                    && (SELECTOR_CODE.equals(described.getDescriptor())
                            || SELECTOR_SYMBOL.equals(described.getDescriptor()))) {
                return true;
            }
        }
        return false;
    }

    static Symbol @Nullable [] symbols(List<String> names) {
        return names.isEmpty() ? null : names.stream().map(Symbol::valueOf).toArray(Symbol[]::new);
    }
}
