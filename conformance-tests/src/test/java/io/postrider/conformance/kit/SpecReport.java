// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes which sections of which standard passing tests have shown to {@code target/spec-coverage.txt}, and prints one line a
 * standard. Found by the platform as a service.
 */
public final class SpecReport implements TestExecutionListener {
    private static final Path FILE = BrokerUnderTest.TARGET.resolve("spec-coverage.txt");

    private final Map<String, Map<String, Set<String>>> shown = new TreeMap<>();
    private final Set<String> failed = new TreeSet<>();

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest() || !(test.getSource().orElse(null) instanceof MethodSource source)) {
            return;
        }
        Spec spec = source.getJavaMethod().getAnnotation(Spec.class);
        if (spec == null) {
            return;
        }
        String name = source.getJavaClass().getSimpleName() + "." + source.getMethodName();
        if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            failed.add(name);
        }
        String[] parts = spec.value();
        for (String section : Arrays.copyOfRange(parts, 1, parts.length)) {
            shown.computeIfAbsent(parts[0], key -> new TreeMap<>(bySection()))
                    .computeIfAbsent(section, key -> new TreeSet<>())
                    .add(name);
        }
    }

    private static Comparator<String> bySection() {
        return Comparator.comparing((String section) -> Arrays.stream(section.split("\\.", -1))
                        .map(part -> String.format("%3s", part))
                        .reduce("", String::concat))
                .thenComparing(Comparator.naturalOrder());
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan plan) {
        if (shown.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        shown.forEach((standard, sections) -> {
            Set<String> all = new TreeSet<>();
            sections.forEach((section, tests) -> {
                all.addAll(tests);
                lines.add(standard + " " + section + ": " + String.join(", ", tests));
            });
            String summary = standard + ": " + sections.size() + " sections shown by " + all.size() + " tests";
            lines.add(summary);
            System.out.println(summary + " [" + FILE + "]");
        });
        failed.forEach(name -> lines.add("FAILED: " + name));
        try {
            Files.createDirectories(FILE.getParent());
            Files.write(FILE, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
