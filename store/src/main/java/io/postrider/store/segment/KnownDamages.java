// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.Damage;
import io.postrider.store.io.StoreLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The damage met in segments while the broker runs, by whoever reads them: consumers, checkpoints, or the scrub. The operator is told once of
 * each place. Any thread.
 */
final class KnownDamages {
    /** Of a disk that falls apart no more is listed. */
    private static final int PLACES_MAX = 1000;

    private final Map<Place, Damage> damages = new ConcurrentHashMap<>();

    private record Place(Path file, long position) {}

    void add(DamagedSegmentException e) {
        Damage damage = e.damage();
        if (damages.size() < PLACES_MAX
                && damages.putIfAbsent(new Place(damage.file(), damage.position()), damage) == null) {
            StoreLog.segmentDamaged(damage);
        }
    }

    /** Ascending by file and position. */
    List<Damage> all() {
        List<Damage> all = new ArrayList<>(damages.values());
        all.sort(Comparator.comparing(Damage::file).thenComparingLong(Damage::position));
        return all;
    }

    int count() {
        return damages.size();
    }

    /** Whether something of a segment or its index is damaged. */
    boolean contains(int segment) {
        if (damages.isEmpty()) {
            return false;
        }
        Set<String> names = Set.of(SegmentNames.bodies(segment), SegmentNames.index(segment));
        return damages.keySet().stream()
                .anyMatch(place -> names.contains(place.file().getFileName().toString()));
    }

    /** Forgets the damage of files that a checkpoint has dropped. */
    void retain(Set<Integer> segments) {
        if (!damages.isEmpty()) {
            damages.keySet().removeIf(place -> !segments.contains(SegmentNames.number(place.file())));
        }
    }
}
