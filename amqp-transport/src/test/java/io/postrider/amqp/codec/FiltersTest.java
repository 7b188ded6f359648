// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which filters are applied, and that only these are echoed. */
class FiltersTest {
    private static final Object SELECTOR = UnsignedLong.valueOf(0x0000_468C_0000_0004L);
    private static final Object NO_LOCAL = UnsignedLong.valueOf(0x0000_468C_0000_0003L);

    private static DescribedType filter(Object descriptor, Object described) {
        return new UnknownDescribedType(descriptor, described);
    }

    private static Map<Symbol, Object> map(Object... keysAndValues) {
        Map<Symbol, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(Symbol.valueOf((String) keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }

    private static Filters.Applied applied(Map<?, ?> filters) {
        return assertInstanceOf(Filters.Applied.class, Filters.read(filters));
    }

    private static Rejection refused(Map<?, ?> filters) {
        return assertInstanceOf(Filters.Refused.class, Filters.read(filters)).rejection();
    }

    @Test
    void noMapMeansNoFilter() {
        assertEquals(new Filters.Applied(null, false, Map.of()), Filters.read(null));
        assertEquals(new Filters.Applied(null, false, Map.of()), Filters.read(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jms-selector", "selector", "apache.org:selector-filter:string", "whatever"})
    void selectorIsToldByItsDescriptorNotItsKey(String key) {
        Map<Symbol, Object> filters = map(key, filter(SELECTOR, "a = 1"));

        assertEquals(new Filters.Applied("a = 1", false, filters), Filters.read(filters));
    }

    @ParameterizedTest
    @ValueSource(strings = {"apache.org:selector-filter:string", "apache.org:jms-selector-filter:string"})
    void selectorDescriptorMayBeASymbol(String descriptor) {
        assertEquals(
                "a = 1",
                applied(map("selector", filter(Symbol.valueOf(descriptor), "a = 1")))
                        .selector());
    }

    @Test
    void noLocalTakesAnyValue() {
        List<Object> descriptors = List.of(
                NO_LOCAL,
                Symbol.valueOf("apache.org:no-local-filter:list"),
                Symbol.valueOf("apache.org:jms-no-local-filter:list"));
        for (Object descriptor : descriptors) {
            for (Object value : Arrays.asList("NoLocalFilter{}", List.of(), null)) {
                Map<Symbol, Object> filters = map("no-local", filter(descriptor, value));

                assertEquals(new Filters.Applied(null, true, filters), Filters.read(filters));
            }
        }
    }

    @Test
    void onlyAppliedFiltersAreEchoed() {
        DescribedType selector = filter(SELECTOR, "a = 1");
        DescribedType noLocal = filter(NO_LOCAL, List.of());
        Map<Symbol, Object> filters = map(
                "jms-selector",
                selector,
                "no-local",
                noLocal,
                "sql",
                filter(Symbol.valueOf("amqp:sql-filter"), "a = 1"),
                "null",
                null,
                "bare",
                "a = 1");

        assertEquals(
                new Filters.Applied("a = 1", true, map("jms-selector", selector, "no-local", noLocal)),
                Filters.read(filters));
    }

    @Test
    void severalSelectorsMustAllHold() {
        assertEquals(
                "(a = 1 OR b = 2) AND (c = 3)",
                applied(map("one", filter(SELECTOR, "a = 1 OR b = 2"), "two", filter(SELECTOR, "c = 3")))
                        .selector());
    }

    @Test
    void blankSelectorIsNone() {
        Map<Symbol, Object> filters = map("selector", filter(SELECTOR, "  "));

        assertEquals(new Filters.Applied(null, false, filters), Filters.read(filters));
    }

    @Test
    void badSelectorIsRefusedWithItsPosition() {
        Rejection rejection = refused(map("selector", filter(SELECTOR, "a = = 1")));

        assertEquals(ErrorCode.INVALID_SELECTOR, rejection.code());
        assertEquals(
                "Expected an identifier, literal or '(', but found '=' at position 5 [selector=a = = 1]",
                rejection.text());
    }

    @Test
    void selectorThatIsNoStringIsRefused() {
        assertEquals(
                ErrorCode.INVALID_SELECTOR,
                refused(map("selector", filter(SELECTOR, 5))).code());
        assertEquals(
                ErrorCode.INVALID_SELECTOR,
                refused(map("selector", filter(SELECTOR, null))).code());
    }
}
