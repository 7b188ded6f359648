// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What was done to one file of a stopped broker's store. Immutable.
 *
 * @param position first byte that was changed, or the new length of a file that was cut; -1 for a file that is gone
 */
public record StoreDamage(Kind kind, Path file, long position, long fileBytes) {
    private static final int ZEROED_BYTES_MAX = 4096;

    /** Ways in which a file goes bad. */
    public enum Kind {
        FLIPPED_BIT,
        ZEROED,
        CUT,
        REMOVED
    }

    /** Damages one file. The used part of a preallocated file is as likely to be hit as the rest of it. */
    public static StoreDamage random(Path store, long seed) throws IOException {
        Random random = new Random(seed * 31 + 7);
        List<Path> files = files(store);
        Path file = files.get(random.nextInt(files.size()));
        // Spares hold nothing but old records that must not be taken for new ones: worth a try, not most of them.
        while (file.getFileName().toString().startsWith("spare") && random.nextInt(4) > 0) {
            file = files.get(random.nextInt(files.size()));
        }
        long bytes = Files.size(file);
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        long end = random.nextBoolean() ? Math.max(1, lastUsedByte(file)) : Math.max(1, bytes);
        long position = kind == Kind.REMOVED ? -1 : (long) (random.nextDouble() * end);
        StoreDamage damage = new StoreDamage(kind, file, position, bytes);
        damage.apply(random);
        return damage;
    }

    /** Everything that lasts: neither what a run leaves for others nor the copy that is kept for SQL. */
    private static List<Path> files(Path store) throws IOException {
        try (Stream<Path> paths = Files.walk(store)) {
            return paths.filter(Files::isRegularFile)
                    .filter(path -> !store.relativize(path).startsWith("run"))
                    .filter(path -> !store.relativize(path).startsWith("catalog"))
                    .filter(path -> lastUsedByte(path) > 0)
                    .sorted()
                    .toList();
        }
    }

    private static long lastUsedByte(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            int last = all.length - 1;
            while (last > 0 && all[last] == 0) {
                last--;
            }
            return last;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void apply(Random random) throws IOException {
        if (kind == Kind.REMOVED) {
            Files.delete(file);
            return;
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            if (kind == Kind.CUT) {
                open.setLength(position);
                return;
            }
            open.seek(position);
            if (kind == Kind.FLIPPED_BIT) {
                int old = open.read();
                open.seek(position);
                open.write(old ^ 1 << random.nextInt(8));
            } else {
                open.write(new byte[(int) Math.min(1 + random.nextInt(ZEROED_BYTES_MAX), fileBytes - position)]);
            }
        }
    }

    /** Copies a directory with everything in it. */
    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
