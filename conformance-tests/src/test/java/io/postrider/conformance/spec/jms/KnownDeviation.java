// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A run that is known not to keep the rule of a test, or of all tests of a class. The test is made all the same and must fail there: when it passes one
 * day, the note has to go. {@code docs/reference/jms-conformance.md} lists them.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(KnownDeviation.List.class)
public @interface KnownDeviation {
    JmsRun run();

    String why();

    /** Several of them. */
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @interface List {
        KnownDeviation[] value();
    }
}
