// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.ErrorCode;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How peers write addresses, and which capabilities agree with them. */
class AddressFormsTest {

    private static Set<Symbol> capabilities(String names) {
        return names == null
                ? Set.of()
                : Arrays.stream(names.split(" ")).map(Symbol::valueOf).collect(Collectors.toSet());
    }

    private static AddressForms.Form read(String address, String capabilities) {
        return AddressForms.read("host", address, capabilities(capabilities));
    }

    private static void assertRefused(ErrorCode code, AddressForms.Form form) {
        assertEquals(
                code,
                assertInstanceOf(AddressForms.Refused.class, form).rejection().code());
    }

    @ParameterizedTest
    @CsvSource({
        "orders, , orders, ",
        "orders, queue, orders, QUEUE",
        "orders, topic, orders, TOPIC",
        "orders, temporary-queue, orders, QUEUE",
        "orders, temporary-topic, orders, TOPIC",
        "orders, shared, orders, TOPIC",
        "orders, topic shared global, orders, TOPIC",
        "orders, unknown, orders, ",
        "queue://orders, , orders, QUEUE",
        "queue://orders, queue, orders, QUEUE",
        "queue://orders, temporary-queue, orders, QUEUE",
        "temp-queue://orders, , orders, QUEUE",
        "topic://orders, , orders, TOPIC",
        "topic://orders, shared, orders, TOPIC",
        "temp-topic://orders, temporary-topic, orders, TOPIC",
        "/queues/orders, , orders, QUEUE",
        "/queues/a%2Fb%20c, , a/b c, QUEUE",
        "/queues/%C3%BC+, , ü+, QUEUE",
        "/topics/orders, , orders, TOPIC",
        "/topics/orders, topic, orders, TOPIC",
        "/exchanges/orders, , orders, TOPIC",
        "a/b/c, , a/b/c, ",
        "/a/b, , /a/b, ",
        "queue/orders, , queue/orders, ",
        "Ordering: 5, , Ordering: 5, ",
        "a:b, , a:b, ",
        "日本, , 日本, ",
        "a$b, , a$b, ",
        "100%, , 100%, ",
    })
    void formsAreUnderstood(String address, String capabilities, String name, AddressKind kind) {
        assertEquals(new AddressForms.Named(new AddressKey("host", name), kind), read(address, capabilities));
    }

    @ParameterizedTest
    @CsvSource({
        "queue://orders, topic",
        "queue://orders, shared",
        "topic://orders, queue",
        "topic://orders, temporary-queue",
        "/queues/orders, topic",
        "/topics/orders, queue",
        "/exchanges/orders, queue",
        "orders, queue topic",
        "orders, queue shared",
    })
    void formAndCapabilitiesMustAgree(String address, String capabilities) {
        assertRefused(ErrorCode.ILLEGAL_STATE, read(address, capabilities));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$management", "$cbs", "$", "/management"})
    void thereAreNoSystemNodes(String address) {
        assertRefused(ErrorCode.NOT_FOUND, read(address, null));
    }

    @Test
    void subscriptionOfATopicIsNamedBehindTwoColons() {
        AddressForms.Named named = assertInstanceOf(AddressForms.Named.class, read("news::mine", null));

        assertEquals("news", named.key().name());
        assertEquals(AddressKind.TOPIC, named.kind());
        assertEquals("mine", named.subscription());
    }

    @Test
    void queueOfItselfIsTheQueue() {
        AddressForms.Named named = assertInstanceOf(AddressForms.Named.class, read("orders::orders", null));

        assertEquals(AddressKind.QUEUE, named.kind());
        assertNull(named.subscription());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exchanges/orders/key", "/exchanges/orders/"})
    void someFormsAreNotOffered(String address) {
        assertRefused(ErrorCode.NOT_IMPLEMENTED, read(address, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "::",
                "news::",
                "::mine",
                "queue://",
                "topic://",
                "foo://bar",
                "://bar",
                "Queue://bar",
                "queue://a::b",
                "queue://a://b",
                "queue://$a",
                "a\u0000b",
                "a\nb",
                "a\u007fb",
                "a\u0085b",
                "a\ud800b",
                "/queues/",
                "/queues/a/b",
                "/queues/%",
                "/queues/%2",
                "/queues/%zz",
                "/queues/%+1",
                "/queues/%ff",
                "/queues/%C3",
                "/queues/%00",
                "/queues/%24a",
                "/queues/a%3A%3Ab",
            })
    void badNamesAreRefused(String address) {
        assertRefused(ErrorCode.INVALID_FIELD, read(address, null));
    }

    @Test
    void namesHaveAtMost255BytesOfUtf8() {
        String longest = "ü".repeat(127) + "x";

        assertEquals(new AddressForms.Named(new AddressKey("host", longest), null), read(longest, null));
        assertRefused(ErrorCode.INVALID_FIELD, read(longest + "x", null));
        assertEquals(
                new AddressForms.Named(new AddressKey("host", longest), AddressKind.QUEUE),
                read("queue://" + longest, null));
    }

    @Test
    void kindOfAMessagesOwnAddressIsCheckedToo() {
        assertEquals(
                new AddressForms.Named(new AddressKey("host", "a"), AddressKind.TOPIC),
                AddressForms.read("host", "a", AddressKind.TOPIC));
        assertRefused(ErrorCode.ILLEGAL_STATE, AddressForms.read("host", "queue://a", AddressKind.TOPIC));
    }

    @Test
    void refusalNamesTheAddress() {
        assertEquals(
                "Expected queue:// or topic:// as scheme [address=foo://bar]",
                assertInstanceOf(AddressForms.Refused.class, read("foo://bar", null))
                        .rejection()
                        .text());
    }
}
