// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * From where on a log keeps messages that every subscription is done with, and how old and how big it is from there. Owned by the shard's
 * thread; part of the replicated state.
 *
 * <p><b>Marks.</b> Times and sizes are known at some offsets only: at one mark for each second, thousand messages or 256 KiB, whichever comes first.
 * Past {@value #MARKS_MAX} marks every second one goes, so their memory is bounded whatever the log holds. Whoever asks gets an answer that
 * is exact to a mark: bounds of time and size keep up to one mark's worth more than they say, and a time leads to the mark before it.
 */
public final class Retention {
    static final int MARKS_MAX = 4096;
    private static final long MARK_MESSAGES = 1000;
    private static final long MARK_MS = 1000;
    private static final long MARK_BYTES = 256 << 10;
    private static final long OFF = -1;

    /**
     * What was known when a message was appended.
     *
     * @param beforeMs when the message before it was appended
     * @param bytesBefore of all messages before it, since retention began
     */
    public record Mark(long offset, long timeMs, long beforeMs, long bytesBefore) {}

    private final List<Mark> marks = new ArrayList<>();
    private long from = OFF;
    private long bytes;
    private long lastMs;

    Retention() {}

    /** Whether settings ask to keep messages that are done. */
    static boolean isAskedFor(AddressPolicy policy) {
        return policy.number(PolicyKey.RETENTION_TIME) > 0
                || policy.number(PolicyKey.RETENTION_BYTES) > 0
                || policy.number(PolicyKey.RETENTION_COUNT) > 0;
    }

    public boolean isOn() {
        return from != OFF;
    }

    /** Every message at or above this is kept; only while it is on. */
    public long from() {
        return from;
    }

    boolean holds(long offset) {
        return from != OFF && offset >= from;
    }

    /** Goes by other settings from now on: what was let go before stays so. */
    void follow(AddressPolicy policy, long end) {
        boolean isAskedFor = isAskedFor(policy);
        if (isAskedFor && from == OFF) {
            from = end;
        } else if (!isAskedFor) {
            stop();
        }
    }

    /** Keeps nothing any more. */
    void stop() {
        from = OFF;
        bytes = 0;
        lastMs = 0;
        marks.clear();
    }

    /** A message was appended. */
    void appended(long offset, long messageBytes, long nowMs) {
        if (from == OFF) {
            return;
        }
        Mark last = marks.isEmpty() ? null : marks.get(marks.size() - 1);
        if (last == null
                || offset - last.offset() >= MARK_MESSAGES
                || nowMs - last.timeMs() >= MARK_MS
                || bytes - last.bytesBefore() >= MARK_BYTES) {
            marks.add(new Mark(offset, nowMs, last == null ? nowMs : lastMs, bytes));
            if (marks.size() > MARKS_MAX) {
                thin();
            }
        }
        bytes += messageBytes;
        lastMs = nowMs;
    }

    private void thin() {
        for (int i = 0; i < marks.size() / 2; i++) {
            marks.set(i, marks.get(2 * i));
        }
        marks.subList(marks.size() / 2, marks.size()).clear();
    }

    /** Up to where the settings let messages go: the tightest of them wins. Not below {@link #from}. */
    public long due(AddressPolicy policy, long end, long nowMs) {
        long upTo = from;
        long countMax = policy.number(PolicyKey.RETENTION_COUNT);
        if (countMax > 0) {
            upTo = Math.max(upTo, end - countMax);
        }
        long bytesMax = policy.number(PolicyKey.RETENTION_BYTES);
        long timeMs = policy.number(PolicyKey.RETENTION_TIME);
        if (timeMs > 0 && !marks.isEmpty() && lastMs <= nowMs - timeMs) {
            return end;
        }
        for (Mark mark : marks) {
            boolean isTooBig = bytesMax > 0 && bytes - mark.bytesBefore() >= bytesMax;
            boolean isTooOld = timeMs > 0 && mark.beforeMs() <= nowMs - timeMs;
            if (!isTooBig && !isTooOld) {
                break; // both only fall from mark to mark
            }
            upTo = Math.max(upTo, mark.offset());
        }
        return upTo;
    }

    /** Lets messages below an offset go. Returns whether anything is different. */
    boolean trim(long upToExclusive) {
        if (from == OFF || upToExclusive <= from) {
            return false;
        }
        from = upToExclusive;
        int past = 0;
        while (past + 1 < marks.size() && marks.get(past + 1).offset() <= from) {
            past++;
        }
        marks.subList(0, past).clear();
        return true;
    }

    /** The first offset whose message may have come at or after a time; only while it is on. */
    public long offsetAt(long timeMs, long end) {
        if (marks.isEmpty() || lastMs < timeMs) {
            return end;
        }
        long offset = from;
        for (Mark mark : marks) {
            if (mark.beforeMs() >= timeMs) {
                break;
            }
            offset = Math.max(offset, mark.offset());
        }
        return offset;
    }

    /** How big a retained message is on average. */
    long meanBytes(long end) {
        if (marks.isEmpty()) {
            return 0;
        }
        return bytesHeld() / Math.max(1, end - marks.get(0).offset());
    }

    /** Bytes of the messages at or above {@link #from}, to a mark. */
    public long bytesHeld() {
        return marks.isEmpty() ? 0 : bytes - marks.get(0).bytesBefore();
    }

    /** Bytes appended since it began. */
    public long bytes() {
        return bytes;
    }

    /** When the newest message was appended. */
    public long lastMs() {
        return lastMs;
    }

    /** By offset, for encoding. */
    public List<Mark> marks() {
        return Collections.unmodifiableList(marks);
    }

    /** Puts back what a checkpoint holds. */
    public void restore(long newFrom, long newBytes, long newLastMs, List<Mark> newMarks) {
        from = newFrom;
        bytes = newBytes;
        lastMs = newLastMs;
        marks.clear();
        marks.addAll(newMarks);
    }
}
