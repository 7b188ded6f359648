// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postrider.api.address.StartPosition;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        assertEquals(new Filters.Applied(null, false, StartPosition.DEFAULT, Set.of(), Map.of()), Filters.read(null));
        assertEquals(
                new Filters.Applied(null, false, StartPosition.DEFAULT, Set.of(), Map.of()), Filters.read(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jms-selector", "selector", "apache.org:selector-filter:string", "whatever"})
    void selectorIsToldByItsDescriptorNotItsKey(String key) {
        Map<Symbol, Object> filters = map(key, filter(SELECTOR, "a = 1"));

        assertEquals(
                new Filters.Applied("a = 1", false, StartPosition.DEFAULT, Set.of(), filters), Filters.read(filters));
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

                assertEquals(
                        new Filters.Applied(null, true, StartPosition.DEFAULT, Set.of(), filters),
                        Filters.read(filters));
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
                filter(Symbol.valueOf("nobody:knows"), "a = 1"),
                "null",
                null,
                "bare",
                "a = 1");

        assertEquals(
                new Filters.Applied(
                        "a = 1",
                        true,
                        StartPosition.DEFAULT,
                        Set.of(),
                        map("jms-selector", selector, "no-local", noLocal)),
                Filters.read(filters));
    }

    @Test
    void startIsReadFromEveryFormAndEchoed() {
        Symbol descriptor = Symbol.valueOf("rabbitmq:stream-offset-spec");
        Map<Symbol, Object> first = map("start", filter(descriptor, "first"));

        assertEquals(new Filters.Applied(null, false, StartPosition.EARLIEST, Set.of(), first), Filters.read(first));
        assertEquals(
                StartPosition.NEW, applied(map("s", filter(descriptor, "next"))).start());
        assertEquals(
                new StartPosition(StartPosition.Kind.LAST, 1),
                applied(map("s", filter(descriptor, "last"))).start());
        assertEquals(
                new StartPosition(StartPosition.Kind.AGO, 600_000),
                applied(map("s", filter(descriptor, "10m"))).start());
        assertEquals(
                new StartPosition(StartPosition.Kind.TIME, 5),
                applied(map("s", filter(descriptor, new Date(5)))).start());
        assertEquals(
                new StartPosition(StartPosition.Kind.OFFSET, 7),
                applied(map("s", filter(descriptor, UnsignedLong.valueOf(7)))).start());
        assertEquals(
                new StartPosition(StartPosition.Kind.OFFSET, 8),
                applied(map("rabbitmq:stream-offset-spec", 8)).start());
        assertEquals(
                ErrorCode.INVALID_FIELD,
                refused(map("s", filter(descriptor, "soon"))).code());
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

        assertEquals(new Filters.Applied(null, false, StartPosition.DEFAULT, Set.of(), filters), Filters.read(filters));
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

    // ---- AMQP Filter Expressions

    private static final Object PROPERTIES = UnsignedLong.valueOf(0x173);
    private static final Object APPLICATION_PROPERTIES = UnsignedLong.valueOf(0x174);
    private static final Object SQL = UnsignedLong.valueOf(0x120);

    private static boolean matches(Object descriptor, Object value) {
        Map<Symbol, Object> filters = map("f", filter(descriptor, value));
        Filters.Applied applied = applied(filters);
        assertEquals(filters, applied.applied());
        org.apache.qpid.proton.amqp.messaging.Header header = new org.apache.qpid.proton.amqp.messaging.Header();
        header.setPriority(org.apache.qpid.proton.amqp.UnsignedByte.valueOf((byte) 7));
        org.apache.qpid.proton.amqp.messaging.Properties properties =
                new org.apache.qpid.proton.amqp.messaging.Properties();
        properties.setSubject("100% news_today");
        properties.setMessageId(UnsignedLong.valueOf(42));
        properties.setGroupId("it's");
        byte[] bytes = io.postrider.amqp.kit.Frames.encode(
                header,
                properties,
                new org.apache.qpid.proton.amqp.messaging.ApplicationProperties(
                        Map.of("color", "blue", "size", 5, "is new", true, "weight", 2.5)),
                new org.apache.qpid.proton.amqp.messaging.AmqpValue("x"));
        try {
            return io.postrider.api.selector.Selector.parse(applied.selector())
                    .matches(new AmqpMessageInspector()
                            .open(new MessageDecoder().decode(java.nio.ByteBuffer.wrap(bytes), 0)));
        } catch (UndecodableMessageException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<Object, Object> entry(Object key, Object value) {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }

    @Test
    void propertiesAreCompared() {
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "100% news_today")));
        assertEquals(false, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "100%")));
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "&p:100% news_")));
        assertEquals(false, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "&p:100_")));
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "&s:_today")));
        assertEquals(false, matches(PROPERTIES, entry(Symbol.valueOf("subject"), "&&p:100")));
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("message-id"), UnsignedLong.valueOf(42))));
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("group-id"), "it's")));
        assertEquals(true, matches(PROPERTIES, entry(Symbol.valueOf("reply-to"), null)));
    }

    @Test
    void applicationPropertiesAreCompared() {
        assertEquals(true, matches(APPLICATION_PROPERTIES, entry("color", "blue")));
        assertEquals(true, matches(APPLICATION_PROPERTIES, Map.of("size", 5L, "is new", true, "weight", 2.5)));
        assertEquals(false, matches(APPLICATION_PROPERTIES, Map.of("size", 5, "color", "red")));
        assertEquals(true, matches(APPLICATION_PROPERTIES, entry("missing", null)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "color = 'blue'",
                "a.color = 'blue' AND p.subject LIKE '100%'",
                "application_properties.size >= 5 and properties.message_id = 42",
                "[is new] = TRUE",
                "h.priority != 3 AND NOT (size < 5)",
                "color IN ('red', 'blue')",
                "p.reply_to IS NULL AND size * 2 = 10",
                "properties.group_id = 'it''s'"
            })
    void sqlFilterMatches(String sql) {
        assertEquals(true, matches(SQL, sql));
    }

    @ParameterizedTest
    @ValueSource(strings = {"size % 2 = 1", "UTC() > 5", "color = ", "h.ttl > 5", "color # 5"})
    void sqlFilterThatIsNotOfferedIsRefused(String sql) {
        assertEquals(
                ErrorCode.INVALID_SELECTOR,
                refused(map("sql", filter(SQL, sql))).code());
    }

    @Test
    void propertyFilterThatCannotBeComparedIsNotApplied() {
        for (Object value : List.of(
                Map.of(Symbol.valueOf("color"), "x"), Map.of(Symbol.valueOf("to"), List.of()), Map.of(), "no map")) {
            assertEquals(Map.of(), applied(map("f", filter(PROPERTIES, value))).applied());
        }
    }

    @Test
    void deferralTokensAreOneOrAList() {
        Symbol key = Symbol.valueOf("postrider:deferral-token");

        assertEquals(Set.of("a"), tokens(Map.of(key, new UnknownDescribedType(key, "a"))));
        assertEquals(
                Set.of("a", "b"),
                tokens(Map.of(Symbol.valueOf("f"), new UnknownDescribedType(key, List.of("a", "b")))));
        assertEquals(Set.of("a"), tokens(Map.of(key, "a")));
        assertInstanceOf(Filters.Refused.class, Filters.read(Map.of(key, new UnknownDescribedType(key, 7))));
    }

    private static Set<String> tokens(Map<?, ?> filters) {
        return assertInstanceOf(Filters.Applied.class, Filters.read(filters)).deferralTokens();
    }
}
