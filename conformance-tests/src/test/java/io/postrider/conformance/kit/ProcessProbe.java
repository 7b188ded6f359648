// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what the operating system and the JVM tell about another process. Immutable; any thread. */
public record ProcessProbe(long pid) {
    private static final Pattern CLASS_HISTOGRAM_TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
    private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)");

    /** Bytes of the objects that survive a full collection, which this call causes. */
    public long liveHeapBytes() {
        String histogram = jcmd("GC.class_histogram");
        Matcher total = CLASS_HISTOGRAM_TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IllegalStateException("Expected a total in the class histogram, found:\n" + histogram);
        }
        return Long.parseLong(total.group(1));
    }

    /** The classes that hold most of the heap, for failure texts. */
    public String topOfHeap(int lines) {
        return String.join(
                "\n", jcmd("GC.class_histogram").lines().limit(lines + 3L).toList());
    }

    public long residentBytes() {
        return number("status", RESIDENT) * 1024;
    }

    public int threads() {
        return (int) number("status", THREADS);
    }

    /** Bytes the process has caused to be written to disk so far. */
    public long writtenBytes() {
        return number("io", WRITTEN);
    }

    private long number(String file, Pattern pattern) {
        Matcher matcher = pattern.matcher(read(file));
        if (!matcher.find()) {
            throw new IllegalStateException("Expected " + pattern + " in the " + file + " of process " + pid);
        }
        return Long.parseLong(matcher.group(1));
    }

    public int openFiles() {
        try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return (int) entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processor time used so far, user and system, in clock ticks of 10 ms. */
    public long cpuMs() {
        String stat = read("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
    }

    private String read(String name) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String jcmd(String command) {
        try {
            Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("Expected jcmd to exit with 0, found " + exit + ":\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
