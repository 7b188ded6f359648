// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads the test reports of a build and prints failures, the skipped tests with their reasons as one JSON array, and the
 * totals as the last line. Exits with 1 if a test failed, none ran, or one was skipped for anything but a missing program.
 *
 * <p>Usage: {@code java TestSummary.java ROOT [--also ROOT]... [--skipped WHAT REASON]...}
 */
class TestSummary {
    private static final String ALLOWED_REASON = "missing program: ";

    private final List<String> skips = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int passed;
    private boolean isBadSkip;

    public static void main(String[] arguments) throws Exception {
        TestSummary summary = new TestSummary();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--skipped")) {
                summary.skipped(arguments[++i], arguments[++i]);
            } else {
                summary.read(Path.of(arguments[i].equals("--also") ? arguments[++i] : arguments[i]));
            }
        }
        System.exit(summary.print());
    }

    private void read(Path root) throws Exception {
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        int before = passed;
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().collect(Collectors.toList())) {
                readModule(module.resolve("target/surefire-reports"), parser);
            }
        }
        System.out.println(root + ": " + (passed - before) + " tests passed");
    }

    private void readModule(Path reports, DocumentBuilder parser) throws Exception {
        if (!Files.isDirectory(reports)) {
            return;
        }
        try (Stream<Path> files = Files.list(reports)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .collect(Collectors.toList())) {
                readReport(parser.parse(file.toFile()));
            }
        } catch (IOException e) {
            throw new IOException("Cannot read the reports in " + reports, e);
        }
    }

    private void readReport(Document report) {
        NodeList cases = report.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element testcase = (Element) cases.item(i);
            String name = testcase.getAttribute("classname") + "." + testcase.getAttribute("name");
            Element failure = first(testcase, "failure", "error");
            Element skipped = first(testcase, "skipped");
            if (failure != null) {
                failures.add(name + ": " + failure.getAttribute("message").lines().findFirst().orElse(""));
            } else if (skipped != null) {
                skipped(name, skipped.getAttribute("message"));
            } else {
                passed++;
            }
        }
    }

    private void skipped(String name, String reason) {
        isBadSkip |= !reason.startsWith(ALLOWED_REASON);
        skips.add("{\"test\": " + quote(name) + ", \"reason\": " + quote(reason) + "}");
    }

    private int print() {
        failures.forEach(failure -> System.out.println("FAILED " + failure));
        System.out.println("SKIPPED [" + String.join(", ", skips) + "]");
        if (isBadSkip) {
            System.out.println("A test was skipped for another reason than a missing program; that is not allowed.");
        }
        if (passed == 0) {
            System.out.println("No test ran.");
        }
        System.out.println(passed + " passed, " + failures.size() + " failed, " + skips.size() + " skipped");
        return failures.isEmpty() && passed > 0 && !isBadSkip ? 0 : 1;
    }

    private static Element first(Element testcase, String... names) {
        for (String name : names) {
            NodeList found = testcase.getElementsByTagName(name);
            if (found.getLength() > 0) {
                return (Element) found.item(0);
            }
        }
        return null;
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\x00-\\x1f]", " ") + '"';
    }
}
