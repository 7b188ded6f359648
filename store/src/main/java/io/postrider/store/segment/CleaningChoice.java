// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.segment.SegmentInfo.Kind;
import io.postrider.store.segment.SegmentSurvey.Load;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * What one checkpoint copies from where it is to a better place, within its budget. Owned by the thread that writes the
 * checkpoint; does not change once made.
 *
 * <p><b>Sparse segments</b>, of which less than half is live: one old message does not pin a whole file. Each copied byte
 * frees more than one byte of garbage, so over any time no more is copied than was written in the first place.
 *
 * <p><b>Scattered logs.</b> A small log leaves a short extent in every run, and each extent costs memory and a place in the
 * manifest. Short ones that follow each other in a log are gathered into one ({@link ShortExtents}).
 */
final class CleaningChoice {
    private static final Comparator<Load> MOST_GARBAGE_FIRST =
            Comparator.comparingLong(Load::garbageBytes).reversed().thenComparingInt(load -> load.info.number());

    private final SegmentSurvey survey;
    private final SegmentSettings settings;
    private final List<Load> sparse = new ArrayList<>();
    private final List<List<Extent>> batches = new ArrayList<>();
    private final Set<Extent> gathered = new HashSet<>();
    private long readBytes;

    private CleaningChoice(SegmentSurvey survey, SegmentSettings settings) {
        this.survey = survey;
        this.settings = settings;
    }

    /** Copies nothing. */
    static CleaningChoice none(SegmentSurvey survey, SegmentSettings settings) {
        return new CleaningChoice(survey, settings);
    }

    /**
     * Chooses by what there is to win.
     *
     * @param newBytesByLog a log that can go on in its unsealed segment keeps that until it has much garbage
     * @param isDamaged which segments cannot be read whole, and stay as they are
     */
    static CleaningChoice best(
            SegmentSurvey survey, SegmentSettings settings, Map<Long, Long> newBytesByLog, IntPredicate isDamaged) {
        CleaningChoice choice = new CleaningChoice(survey, settings);
        List<Load> readable = survey.wantedSegments().stream()
                .filter(load -> !isDamaged.test(load.info.number()))
                .toList();
        choice.chooseSparse(readable, newBytesByLog);
        choice.chooseScattered(readable);
        return choice;
    }

    private void chooseSparse(List<Load> readable, Map<Long, Long> newBytesByLog) {
        List<Load> candidates = new ArrayList<>();
        for (Load load : readable) {
            boolean goesOn = load.info.kind() == Kind.OWN
                    && !load.info.isSealed()
                    && newBytesByLog.getOrDefault(load.info.logId(), 0L) >= settings.ownAppendBytesMin();
            long garbageBytesMin = goesOn ? settings.segmentBytesMax() / 4 : 0;
            if (load.isSparse() && load.garbageBytes() >= garbageBytesMin) {
                candidates.add(load);
            }
        }
        candidates.sort(MOST_GARBAGE_FIRST);
        for (Load load : candidates) {
            boolean isFirst = sparse.isEmpty() && settings.cleaningBytesMax() > 0;
            if (isFirst || readBytes + load.readBytes <= settings.cleaningBytesMax()) {
                sparse.add(load);
                readBytes += load.readBytes;
            }
        }
    }

    private void chooseScattered(List<Load> readable) {
        Set<Integer> segments = new HashSet<>();
        readable.stream()
                .filter(load -> load.info.kind() == Kind.MIXED && !sparse.contains(load))
                .forEach(load -> segments.add(load.info.number()));
        List<Extent> batch = new ArrayList<>();
        long batchBytes = 0;
        for (List<Extent> row : ShortExtents.rows(survey.wantedExtents(), segments, settings)) {
            long rowReadBytes = row.stream().mapToLong(Extent::recordBytes).sum();
            long rowBytes = row.stream().mapToLong(MixedRun::bytesInMemory).sum();
            if (readBytes + rowReadBytes > settings.cleaningBytesMax()) {
                break;
            }
            if (batchBytes + rowBytes > settings.runBytesMax()) {
                batches.add(batch);
                batch = new ArrayList<>();
                batchBytes = 0;
            }
            batch.addAll(row);
            batchBytes += rowBytes;
            readBytes += rowReadBytes;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        batches.forEach(gathered::addAll);
    }

    /** Segments of which everything wanted is copied. */
    List<Load> sparse() {
        return sparse;
    }

    /** Extents that are copied together, each batch small enough to be sorted in memory. */
    List<List<Extent>> batches() {
        return batches;
    }

    /** The wanted segments that stay, though some extents of them may be copied. */
    List<Load> kept() {
        List<Load> kept = new ArrayList<>(survey.wantedSegments());
        kept.removeAll(sparse);
        return kept;
    }

    /** The wanted extents that stay where they are. */
    List<Extent> keptExtents(Load kept) {
        return gathered.isEmpty()
                ? kept.extents
                : kept.extents.stream()
                        .filter(extent -> !gathered.contains(extent))
                        .toList();
    }

    /** Estimated bytes of the wanted records of some extents. */
    long liveBytes(List<Extent> extents) {
        return extents.stream().mapToLong(survey::liveBytes).sum();
    }

    /** About how many live bytes of each log are copied. */
    Map<Long, Long> bytesByLog() {
        Map<Long, Long> bytes = new HashMap<>();
        List<Extent> copied = new ArrayList<>(gathered);
        sparse.forEach(load -> copied.addAll(load.extents));
        copied.forEach(extent -> bytes.merge(extent.logId(), survey.liveBytes(extent), Long::sum));
        return bytes;
    }
}
