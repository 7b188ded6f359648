// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Accounts for every message of a run in which the broker is killed. Producers and consumers tell it what they are about to
 * do and what they were told; {@link #verdict} says what the broker owes an explanation for.
 *
 * <p>A <em>reader</em> is whatever gets each message once: a queue, or one subscription of a topic. An <em>epoch</em> is one
 * connection of a reader's consumer. Rules: every confirmed copy reaches every reader of its destination; a copy whose
 * acknowledgement the broker confirmed never comes again; within an epoch copies of one producer come in the order they were
 * sent; across epochs no message is first seen after a later one; only copies that were sent arrive. A copy that was
 * acknowledged without a confirmation may come again after a crash, and is counted apart. Any thread.
 */
public final class Checker {
    private static final int QUOTED_MAX = 20;

    private enum Ack {
        NONE,
        PLAIN,
        CONFIRMED
    }

    private static final class Receipt {
        private int count;
        private Ack ack = Ack.NONE;
    }

    private static final class Reader {
        private final String destination;
        private final Map<Copy, Receipt> receipts = new HashMap<>();
        private final Map<String, Long> lastNumberInEpoch = new HashMap<>();
        private final Map<String, Long> highestSequence = new HashMap<>();
        private final Map<String, Set<Long>> seenSequences = new HashMap<>();
        private int epoch;

        private Reader(String destination) {
            this.destination = destination;
        }
    }

    private final Map<String, Reader> readers = new LinkedHashMap<>();
    private final Set<Copy> sent = new HashSet<>();
    private final Set<Copy> confirmed = new HashSet<>();
    private final Set<Copy> refused = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private int violationCount;
    private int redeliveredUnacknowledged;
    private int redeliveredAfterPlainAck;

    public synchronized void reader(String name, String destination) {
        readers.put(name, new Reader(destination));
    }

    /** Every reader with its destination. */
    public synchronized Map<String, String> readers() {
        Map<String, String> destinations = new LinkedHashMap<>();
        readers.forEach((name, reader) -> destinations.put(name, reader.destination));
        return destinations;
    }

    /** A copy is about to be sent. */
    public synchronized void sending(Copy copy) {
        if (!sent.add(copy)) {
            throw new IllegalArgumentException("Expected a new copy, but " + copy + " was sent before");
        }
    }

    /** The broker accepted a copy. */
    public synchronized void confirmed(Copy copy) {
        confirmed.add(copy);
    }

    /** The broker refused a copy. */
    public synchronized void refused(Copy copy) {
        refused.add(copy);
    }

    /** A reader's consumer connected anew. */
    public synchronized void connected(String reader) {
        Reader state = readers.get(reader);
        state.epoch++;
        state.lastNumberInEpoch.clear();
    }

    public synchronized void received(String reader, Copy copy) {
        Reader state = readers.get(reader);
        Receipt receipt = state.receipts.computeIfAbsent(copy, c -> new Receipt());
        receipt.count++;
        if (receipt.count > 1) {
            switch (receipt.ack) {
                case NONE -> redeliveredUnacknowledged++;
                case PLAIN -> redeliveredAfterPlainAck++;
                case CONFIRMED -> violation("RESURRECTED", reader, copy, "was confirmed as consumed before");
            }
        }
        checkOrder(reader, state, copy);
    }

    private void checkOrder(String reader, Reader state, Copy copy) {
        Long last = state.lastNumberInEpoch.put(copy.producer(), copy.number());
        if (last != null && last >= copy.number()) {
            violation("ORDER", reader, copy, "came after number " + last + " on the same connection");
        }
        boolean isFirstSight = state.seenSequences
                .computeIfAbsent(copy.producer(), p -> new HashSet<>())
                .add(copy.sequence());
        long highest = state.highestSequence.merge(copy.producer(), copy.sequence(), Math::max);
        if (isFirstSight && highest > copy.sequence()) {
            violation("ORDER", reader, copy, "was first seen after sequence " + highest);
        }
    }

    /** An acknowledgement is about to be sent; nobody will say whether it arrived. */
    public synchronized void acknowledging(String reader, Copy copy) {
        Receipt receipt = readers.get(reader).receipts.get(copy);
        if (receipt.ack == Ack.NONE) {
            receipt.ack = Ack.PLAIN;
        }
    }

    /** The broker confirmed that a copy is consumed (rules.md 7). */
    public synchronized void acknowledged(String reader, Copy copy) {
        readers.get(reader).receipts.get(copy).ack = Ack.CONFIRMED;
    }

    public synchronized int confirmedCount() {
        return confirmed.size();
    }

    /** Confirmed copies that some reader has not received, or received and not acknowledged. */
    public synchronized long outstanding() {
        long count = 0;
        for (Reader reader : readers.values()) {
            for (Copy copy : confirmed) {
                if (copy.destination().equals(reader.destination)) {
                    Receipt receipt = reader.receipts.get(copy);
                    count += receipt == null || receipt.ack == Ack.NONE ? 1 : 0;
                }
            }
        }
        return count;
    }

    /**
     * The account of the whole run.
     *
     * @param violations what must not happen, at most the first few
     * @param violationCount how many there were
     * @param summary counts, in words
     */
    public record Verdict(List<String> violations, int violationCount, String summary) {
        public void assertClean() {
            if (violationCount > 0) {
                throw new AssertionError(
                        violationCount + " violations, " + summary + ":\n  " + String.join("\n  ", violations));
            }
        }
    }

    /** To be asked when all is over: what has not arrived by now is lost. */
    public synchronized Verdict verdict() {
        int duplicates = 0;
        for (Map.Entry<String, Reader> entry : readers.entrySet()) {
            Reader reader = entry.getValue();
            for (Copy copy : confirmed) {
                if (copy.destination().equals(reader.destination) && !reader.receipts.containsKey(copy)) {
                    violation("LOST", entry.getKey(), copy, "was confirmed and never came");
                }
            }
            Map<String, Integer> copiesOfMessage = new HashMap<>();
            for (Copy copy : reader.receipts.keySet()) {
                if (!sent.contains(copy)) {
                    violation("INVENTED", entry.getKey(), copy, "was never sent");
                }
                if (refused.contains(copy)) {
                    violation("REFUSED", entry.getKey(), copy, "was refused and came all the same");
                }
                copiesOfMessage.merge(copy.producer() + "/" + copy.sequence(), 1, Integer::sum);
            }
            duplicates += copiesOfMessage.values().stream().mapToInt(n -> n - 1).sum();
        }
        String summary = "sent=" + sent.size() + " confirmed=" + confirmed.size() + " in-doubt="
                + (sent.size() - confirmed.size() - refused.size()) + " refused=" + refused.size()
                + " duplicates-of-doubtful-sends=" + duplicates + " redelivered-unacknowledged="
                + redeliveredUnacknowledged + " redelivered-after-plain-ack=" + redeliveredAfterPlainAck;
        return new Verdict(List.copyOf(violations), violationCount, summary);
    }

    private void violation(String kind, String reader, Copy copy, String text) {
        violationCount++;
        if (violations.size() < QUOTED_MAX) {
            violations.add(kind + " " + copy + " at " + reader + " [epoch=" + readers.get(reader).epoch + "]: " + text);
        }
    }
}
