// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes every skipped test with its reason to {@code target/skipped-tests.json}, an array of objects with {@code test} and
 * {@code reason}, one a line. Found by the platform as a service.
 */
public final class SkipList implements TestExecutionListener {
    private static final Path FILE = BrokerUnderTest.TARGET.resolve("skipped-tests.json");

    private final List<String> skipped = new ArrayList<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        write();
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        add(test, reason);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private void add(TestIdentifier test, String reason) {
        skipped.add("{\"test\": \"" + escape(test.getUniqueId()) + "\", \"reason\": \"" + escape(reason) + "\"}");
        write();
    }

    private void write() {
        try {
            Files.createDirectories(FILE.getParent());
            String list = skipped.isEmpty() ? "[]" : "[\n  " + String.join(",\n  ", skipped) + "\n]";
            Files.writeString(FILE, list + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c < ' ') {
                escaped.append(' ');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
