// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKind;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;

/** Fields that hold none, one or several symbols. */
class CapabilitiesTest {
    private static final Symbol A = Symbol.valueOf("a");
    private static final Symbol B = Symbol.valueOf("b");

    @Test
    void nullSingleAndArrayAreAllAccepted() {
        assertEquals(Set.of(), Capabilities.of(null));
        assertEquals(Set.of(A), Capabilities.of(A));
        assertEquals(Set.of(), Capabilities.of(new Symbol[0]));
        assertEquals(Set.of(A, B), Capabilities.of(new Symbol[] {A, B, A}));
        assertEquals(Set.of(A), Capabilities.of(new Object[] {A, null, "b", 5}));
        assertEquals(Set.of(A, B), Capabilities.of(Arrays.asList(A, null, B)));
        assertEquals(Set.of(), Capabilities.of("a"));
    }

    @Test
    void kindsAreToldByCapabilities() {
        assertNull(Capabilities.kind(Set.of(A)));
        assertEquals(AddressKind.QUEUE, Capabilities.kind(Set.of(Capabilities.QUEUE)));
        assertEquals(AddressKind.QUEUE, Capabilities.kind(Set.of(Capabilities.TEMPORARY_QUEUE)));
        for (Symbol topic : List.of(Capabilities.TOPIC, Capabilities.TEMPORARY_TOPIC, Capabilities.SHARED)) {
            assertEquals(AddressKind.TOPIC, Capabilities.kind(Set.of(topic)));
        }
    }

    @Test
    void temporaryIsWhatJmsCallsSo() {
        assertTrue(Capabilities.asksForTemporary(Set.of(Capabilities.TEMPORARY_QUEUE)));
        assertTrue(Capabilities.asksForTemporary(Set.of(Capabilities.TEMPORARY_TOPIC)));
        assertFalse(Capabilities.asksForTemporary(Set.of(Capabilities.QUEUE)));
    }
}
