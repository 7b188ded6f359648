// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What makes a directory a backup: which files it consists of, how long they are, and checksums. Lines of text, so that people can read it; the
 * last line has the CRC32C of all before. Immutable.
 *
 * @param storeId of the store it is from
 * @param checkpointNumber number of the checkpoint; 0 if the store had none
 * @param checkpointIndex log index of the checkpoint
 * @param index log index of the backup: it has every entry up to it, and none after
 * @param files by name
 */
record BackupManifest(
        String storeId,
        Instant taken,
        long checkpointNumber,
        long checkpointIndex,
        long index,
        SortedMap<String, Parts> files) {
    static final String FILE_NAME = "backup.manifest";

    private static final String HEADING = "postrider-backup 1";

    /**
     * The parts of a file as one backup after another added them.
     *
     * @param ends where each part ends, ascending
     * @param crcs CRC32C of each part
     */
    record Parts(List<Long> ends, List<Integer> crcs) {
        static final Parts NONE = new Parts(List.of(), List.of());

        Parts {
            ends = List.copyOf(ends);
            crcs = List.copyOf(crcs);
        }

        long bytes() {
            return ends.isEmpty() ? 0 : ends.get(ends.size() - 1);
        }

        Parts with(long end, int crc) {
            List<Long> moreEnds = new ArrayList<>(ends);
            moreEnds.add(end);
            List<Integer> moreCrcs = new ArrayList<>(crcs);
            moreCrcs.add(crc);
            return new Parts(moreEnds, moreCrcs);
        }
    }

    ByteBuffer encode() {
        StringBuilder text = new StringBuilder(HEADING + "\n");
        text.append("store ").append(storeId).append('\n');
        text.append("taken ").append(taken).append('\n');
        text.append("checkpoint ")
                .append(checkpointNumber)
                .append(' ')
                .append(checkpointIndex)
                .append('\n');
        text.append("index ").append(index).append('\n');
        for (Map.Entry<String, Parts> file : files.entrySet()) {
            text.append("file ").append(file.getKey());
            Parts parts = file.getValue();
            for (int i = 0; i < parts.ends().size(); i++) {
                text.append(' ')
                        .append(parts.ends().get(i))
                        .append(':')
                        .append(Integer.toHexString(parts.crcs().get(i)));
            }
            text.append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return StandardCharsets.UTF_8.encode(text + "crc " + Integer.toHexString(crcOf(bytes)) + "\n");
    }

    private static int crcOf(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /**
     * Reads the manifest of a backup directory; null if there is none.
     *
     * @throws BackupException if it is damaged
     */
    static @Nullable BackupManifest read(FileAccess files, Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!files.exists(path)) {
            return null;
        }
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return decode(new String(bytes.array(), StandardCharsets.UTF_8), path);
        }
    }

    private static BackupManifest decode(String text, Path path) {
        int crcLine = text.lastIndexOf("\ncrc ") + 1;
        String before = text.substring(0, crcLine);
        String expected = "crc " + Integer.toHexString(crcOf(before.getBytes(StandardCharsets.UTF_8))) + "\n";
        if (crcLine == 0
                || !text.startsWith(HEADING + "\n")
                || !text.substring(crcLine).equals(expected)) {
            throw new BackupException("Expected the manifest of a backup, version 1, with the right checksum, but it is"
                    + " damaged or from another release [file=" + path + "]");
        }
        TreeMap<String, Parts> files = new TreeMap<>();
        String[] lines = before.split("\n", -1);
        for (int i = 5; i < lines.length - 1; i++) {
            String[] words = lines[i].split(" ", -1);
            Parts parts = Parts.NONE;
            for (int word = 2; word < words.length; word++) {
                int colon = words[word].indexOf(':');
                parts = parts.with(
                        Long.parseLong(words[word].substring(0, colon)),
                        Integer.parseUnsignedInt(words[word].substring(colon + 1), 16));
            }
            files.put(words[1], parts);
        }
        String[] checkpoint = lines[3].split(" ", -1);
        return new BackupManifest(
                lines[1].substring("store ".length()),
                Instant.parse(lines[2].substring("taken ".length())),
                Long.parseLong(checkpoint[1]),
                Long.parseLong(checkpoint[2]),
                Long.parseLong(lines[4].substring("index ".length())),
                files);
    }
}
