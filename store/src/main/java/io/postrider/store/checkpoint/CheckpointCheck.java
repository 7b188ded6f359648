// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.io.Damage;
import io.postrider.store.io.FileAccess;
import io.postrider.store.segment.SegmentCheck;
import io.postrider.store.segment.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at a checkpoint of a stopped store: reads it whole, bodies included, and lists all the damage. Changes nothing. Any thread. */
public final class CheckpointCheck {
    private CheckpointCheck() {}

    /**
     * What was found.
     *
     * @param index of the checkpoint; 0 if there is none or its manifest is damaged
     * @param table what the manifest says; empty if that is damaged
     * @param isReadable whether the manifest is intact, so that everything else could be checked
     * @param bodies that are intact
     * @param bodyBytes of their encoded form
     */
    public record Result(
            long index, SegmentTable table, boolean isReadable, List<Damage> damages, long bodies, long bodyBytes) {}

    /**
     * Checks the checkpoint in a directory, which need not exist.
     *
     * @throws CheckpointException if a file cannot be read at all
     */
    public static Result run(FileAccess files, Path directory, int shard) {
        List<Damage> damages = new ArrayList<>();
        try {
            Manifest manifest = FileCheckpoints.readManifest(files, directory, shard);
            checkState(files, directory, manifest, damages);
            SegmentCheck.Result segments = new SegmentCheck(files, directory, shard, manifest.table()).run();
            damages.addAll(segments.damages());
            return new Result(manifest.index(), manifest.table(), true, damages, segments.bodies(), segments.bytes());
        } catch (CheckpointException e) {
            damages.add(damage(e));
            return new Result(0, SegmentTable.EMPTY, false, damages, 0, 0);
        } catch (IOException e) {
            throw new CheckpointException("Expected to read the checkpoint, but " + e, e);
        }
    }

    /** The log index of the checkpoint, 0 if there is none. */
    public static long readIndex(FileAccess files, Path directory, int shard) {
        return manifest(files, directory, shard).index();
    }

    /** What the manifest says of segments and extents. */
    public static SegmentTable readTable(FileAccess files, Path directory, int shard) {
        return manifest(files, directory, shard).table();
    }

    /** The encoded state of the checkpoint; empty if there is none. */
    public static java.nio.ByteBuffer readState(FileAccess files, Path directory, int shard) {
        Manifest manifest = manifest(files, directory, shard);
        try {
            return manifest.number() == 0
                    ? java.nio.ByteBuffer.allocate(0)
                    : StateFile.read(files, directory, manifest);
        } catch (IOException e) {
            throw new CheckpointException("Expected to read the checkpoint, but " + e, e);
        }
    }

    private static Manifest manifest(FileAccess files, Path directory, int shard) {
        try {
            return FileCheckpoints.readManifest(files, directory, shard);
        } catch (IOException e) {
            throw new CheckpointException("Expected to read the checkpoint, but " + e, e);
        }
    }

    private static void checkState(FileAccess files, Path directory, Manifest manifest, List<Damage> damages)
            throws IOException {
        if (manifest.number() == 0) {
            return;
        }
        try {
            StateFile.read(files, directory, manifest);
        } catch (CheckpointException e) {
            damages.add(damage(e));
        }
    }

    private static Damage damage(CheckpointException e) {
        Damage damage = e.damage();
        if (damage == null) {
            throw e;
        }
        return damage;
    }
}
