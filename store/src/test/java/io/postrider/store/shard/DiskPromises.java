// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a broker promised over all its lives on one disk. One thread. */
final class DiskPromises {
    /** A message at a queue or subscription. */
    record Copy(String outlet, int number) {}

    private final long seed;
    private final Map<Integer, Set<String>> outletsOf = new TreeMap<>();
    private final Set<Integer> confirmed = new TreeSet<>();
    private final Set<Copy> accepted = new HashSet<>();
    private final Set<Copy> consumed = new HashSet<>();
    private final Map<Copy, Integer> failures = new HashMap<>();
    private final Set<Copy> out = new HashSet<>();

    DiskPromises(long seed) {
        this.seed = seed;
    }

    static void check(boolean holds, String promise, Object what) {
        if (!holds) {
            throw new AssertionError(promise + ": " + what);
        }
    }

    /** The body of a message: its number, and bytes that only it has. */
    byte[] body(int number) {
        Random random = new Random(seed * 1_000_003 + number);
        byte[] body = new byte[8 + random.nextInt(300)];
        random.nextBytes(body);
        for (int i = 0; i < 4; i++) {
            body[i] = (byte) (number >>> (8 * i));
        }
        return body;
    }

    static int numberOf(byte[] body) {
        int number = 0;
        for (int i = 0; i < 4; i++) {
            number |= (body[i] & 0xff) << (8 * i);
        }
        return number;
    }

    /** One chunk of the end of a large message. */
    byte[] chunk(int number, int chunk) {
        Random random = new Random(seed * 31 + number * 7L + chunk);
        byte[] bytes = new byte[1 + random.nextInt(400)];
        random.nextBytes(bytes);
        return bytes;
    }

    void sent(int number, Set<String> outlets) {
        outletsOf.put(number, outlets);
    }

    void confirmed(int number) {
        check(confirmed.add(number), "ConfirmedOnce", number);
    }

    void delivered(Copy copy, byte[] found, int deliveryCount) {
        check(java.util.Arrays.equals(body(copy.number()), found), "ContentIsAsItWasSent", copy);
        check(outletsOf.getOrDefault(copy.number(), Set.of()).contains(copy.outlet()), "OnlyWhereItBelongs", copy);
        check(!consumed.contains(copy), "ConsumedNeverComesBack", copy);
        check(out.add(copy), "NeverTwiceAtOnce", copy);
        int least = failures.getOrDefault(copy, 0);
        check(deliveryCount >= least, "FailedAttemptsAreCounted", copy + " " + deliveryCount + " of " + least);
    }

    void settling(Copy copy, boolean isAccepted) {
        out.remove(copy);
        if (isAccepted) {
            accepted.add(copy);
        }
    }

    void settled(Copy copy, boolean isAccepted, boolean isFailed) {
        if (isAccepted) {
            consumed.add(copy);
        } else if (isFailed) {
            failures.merge(copy, 1, Integer::sum);
        }
    }

    void restarted() {
        out.clear();
    }

    /** Whether messages that are done stay readable in this run. */
    boolean isRetaining() {
        return seed % 2 == 0;
    }

    /** Everybody is to read everything again: what was consumed does come back. */
    void rewound() {
        consumed.clear();
        failures.clear();
    }

    /** Everything was read again: nothing that was ever confirmed may be missing, consumed or not. */
    void retained(Set<Copy> found) {
        for (int number : confirmed) {
            for (String outlet : outletsOf.getOrDefault(number, Set.of())) {
                Copy copy = new Copy(outlet, number);
                check(found.contains(copy), "WhatIsRetainedComesBack", copy);
            }
        }
    }

    /** Everything that is there was found: nothing that was promised may be missing. */
    void complete(Set<Copy> found) {
        for (int number : confirmed) {
            for (String outlet : outletsOf.getOrDefault(number, Set.of())) {
                Copy copy = new Copy(outlet, number);
                check(accepted.contains(copy) || found.contains(copy), "NoMessageIsLost", copy);
            }
        }
    }
}
