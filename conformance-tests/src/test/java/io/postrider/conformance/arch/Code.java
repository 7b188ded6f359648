// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.arch;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/** Selects the shipped classes: neither tests of a module nor this module itself. */
final class Code implements ImportOption {
    static final String API = "io.postrider.api..";
    static final String STORE = "io.postrider.store..";
    static final String CLUSTER = "io.postrider.cluster..";
    static final String AMQP = "io.postrider.amqp..";
    static final String JMS = "io.postrider.jms..";
    static final String SERVER = "io.postrider.server..";

    @Override
    public boolean includes(Location location) {
        return !location.contains("test-classes")
                && !location.contains("-tests.jar")
                && !location.contains("/conformance/");
    }
}
