// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.interop.MessageLine.Data;
import java.util.List;
import java.util.Map;

/** The messages that clients send each other. */
final class Samples {
    /** Every field that any of the clients can set, without a body. */
    static final MessageLine EVERY_FIELD = MessageLine.of("")
            .with("priority", 7)
            .with("id", "sample-17")
            .with("subject", "greeting")
            .with("correlation-id", "corr-5")
            .with("group-id", "group-a")
            .with("p.text", "räksmörgås")
            .with("p.number", 42)
            .with("p.big", 9_007_199_254_740L)
            .with("p.real", 2.5)
            .with("p.flag", true)
            .with("a.x-opt-note", "kept");

    static final Map<String, Object> BODIES = Map.of(
            "string", "Hello, 世界",
            "bytes", Data.of((byte) 0, (byte) 127, (byte) -128, (byte) -1),
            "map", Map.of("text", "a b", "number", 7, "real", 0.5, "flag", false),
            "list", List.of("x", 8, 1.25, true));

    private Samples() {}
}
