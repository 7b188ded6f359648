// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * The runs every specification test makes. Those on a foreign broker are made where its directory is named, as in
 * {@code -Dartemis.home=DIR}.
 */
final class JmsRuns implements ArgumentsProvider {
    static final String ARTEMIS_HOME = "artemis.home";

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        List<JmsRun> runs = new ArrayList<>(List.of(JmsRun.POSTRIDER, JmsRun.QPID));
        if (System.getProperty(ARTEMIS_HOME) != null) {
            runs.add(JmsRun.ARTEMIS);
        }
        return runs.stream().map(Arguments::of);
    }
}
