// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The directories of a simulated disk: which name leads to which file, now and after a power loss. Guarded by the monitor of its
 * disk.
 *
 * <p>A rename is one change: both of its names or none are affected. Apart from that, and from changes that build on each other, any
 * change that was not synced may be lost while a later one survives.
 */
final class DiskNames {
    private final Map<Path, DiskFile> now = new TreeMap<>();
    private final Map<Path, DiskFile> durable = new TreeMap<>();
    private final List<Change> unsynced = new ArrayList<>();

    /** {@code from} null: {@code to} was created. {@code to} null: {@code from} was deleted. */
    private record Change(Path from, Path to, DiskFile file) {
        Path directory() {
            return (from == null ? to : from).getParent();
        }

        void applyTo(Map<Path, DiskFile> names) {
            if (from != null) {
                names.remove(from);
            }
            if (to != null) {
                names.put(to, file);
            }
        }

        boolean touches(Set<Path> paths) {
            return paths.contains(from) || paths.contains(to);
        }
    }

    Map<Path, DiskFile> now() {
        return now;
    }

    void create(Path path, DiskFile file) {
        change(new Change(null, path, file));
    }

    void rename(Path from, Path to) {
        change(new Change(from, to, now.get(from)));
    }

    void delete(Path path) {
        change(new Change(path, null, null));
    }

    private void change(Change change) {
        change.applyTo(now);
        unsynced.add(change);
    }

    void sync(Path directory) {
        unsynced.stream()
                .filter(change -> change.directory().equals(directory))
                .forEach(change -> change.applyTo(durable));
        unsynced.removeIf(change -> change.directory().equals(directory));
    }

    /** Adds or replaces a file whose name is durable at once. */
    void put(Path path, DiskFile file) {
        now.put(path, file);
        durable.put(path, file);
    }

    void copyTo(DiskNames other) {
        other.now.putAll(now);
        other.durable.putAll(durable);
        other.unsynced.addAll(unsynced);
    }

    /** The names found after the power was lost: all synced changes, and a prefix or any possible part of the others. */
    Map<Path, DiskFile> afterPowerLoss(RandomGenerator random) {
        Map<Path, DiskFile> names = new TreeMap<>(durable);
        if (random.nextInt(3) == 0) {
            int kept = random.nextInt(unsynced.size() + 1);
            unsynced.subList(0, kept).forEach(change -> change.applyTo(names));
            return names;
        }
        double share = random.nextDouble();
        Set<Path> undone = new HashSet<>();
        for (Change change : unsynced) {
            if (change.touches(undone) || random.nextDouble() >= share) {
                undone.add(change.from());
                undone.add(change.to());
                undone.remove(null);
            } else {
                change.applyTo(names);
            }
        }
        return names;
    }
}
