// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the store tells the operator. Stateless; any thread. Codes are listed in docs/reference/log-messages.md. */
public final class StoreLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.postrider.store");

    private StoreLog() {}

    public static void journalOpened(Path directory, long lastIndex, int segments) {
        LOG.info("PR-STO-001 Journal opened [directory={}, lastIndex={}, segments={}]", directory, lastIndex, segments);
    }

    public static void journalTailCut(Path file, long position, long until) {
        LOG.warn(
                "PR-STO-002 An unconfirmed, torn write at the end of the journal was cut [file={}, position={}, until={}]",
                file,
                position,
                until);
    }

    public static void segmentOpened(Path file, long firstIndex) {
        LOG.debug("Segment opened [file={}, firstIndex={}]", file, firstIndex);
    }

    public static void segmentPreparationFailed(Path directory, @Nullable Throwable cause) {
        LOG.warn(
                "PR-STO-003 A journal segment could not be prepared ahead; it is tried again when it is needed"
                        + " [directory={}, cause={}]",
                directory,
                String.valueOf(cause));
    }

    public static void journalFailed(Path directory, Throwable cause) {
        LOG.error(
                "PR-STO-004 The journal failed and stops for good; nothing more is confirmed until the broker is restarted"
                        + " [directory={}]",
                directory,
                cause);
    }

    public static void segmentRecyclingFailed(Path file, Throwable cause) {
        LOG.warn("PR-STO-005 A journal segment could not be recycled [file={}, cause={}]", file, cause.toString());
    }

    public static void checkpointWritten(long index, int segments, long bytes) {
        LOG.debug("Checkpoint written [index={}, segments={}, bytes={}]", index, segments, bytes);
    }

    public static void checkpointFailed(Throwable cause) {
        LOG.warn(
                "PR-STO-015 A checkpoint could not be written; the one before is in force, and it is tried again soon [cause={}]",
                cause.toString());
    }

    public static void segmentDamaged(Damage damage) {
        LOG.error("PR-STO-020 A message segment is damaged: {}", damage);
    }

    public static void segmentsScrubbed(int segments, long bytes, int damagedPlaces) {
        LOG.info(
                "PR-STO-021 All message segments were read and checked [segments={}, bytes={}, damagedPlaces={}]",
                segments,
                bytes,
                damagedPlaces);
    }

    public static void scrubFailed(Path directory, Throwable cause) {
        LOG.warn(
                "PR-STO-022 A message segment could not be read for its check; it is tried again in the next round"
                        + " [directory={}, cause={}]",
                directory,
                cause.toString());
    }

    public static void checkpointLeftoverKept(Path file, Throwable cause) {
        LOG.warn(
                "PR-STO-007 A superseded checkpoint file could not be deleted [file={}, cause={}]",
                file,
                cause.toString());
    }

    public static void addressCreated(AddressKey key, AddressKind kind) {
        LOG.info(
                "PR-STO-016 An address was created by its first use [name={}, kind={}]",
                key,
                kind.name().toLowerCase(Locale.ROOT));
    }

    public static void rewound(String name, String into, long count, String problem) {
        LOG.info(
                "PR-STO-018 A rewind has ended [from={}, into={}, messages={}, problem={}]",
                name,
                into,
                count,
                problem);
    }

    public static void idleAddressDeleted(String name) {
        LOG.info("PR-STO-017 An address that was created by its first use was deleted: nobody used it [name={}]", name);
    }

    public static void syncSlow(Path file, long durationMs, long leftOut) {
        LOG.warn(
                "PR-STO-010 The disk took long to make a write durable; senders wait for it meanwhile"
                        + " [file={}, durationMs={}, slowOnesNotShown={}]",
                file,
                durationMs,
                leftOut);
    }

    public static void journalLacksSpace(Path directory, Throwable cause) {
        LOG.warn(
                "PR-STO-011 There is no room on the disk for the next journal segment; it is tried again and again, and when the"
                        + " current segment is full, senders wait [directory={}, cause={}]",
                directory,
                cause.toString());
    }

    public static void journalFoundSpace(Path directory) {
        LOG.info("PR-STO-012 There is room for the next journal segment again [directory={}]", directory);
    }

    public static void spaceChanged(
            Path directory,
            DiskSpace.State before,
            DiskSpace.State now,
            String reason,
            long usableBytes,
            long minFreeBytes) {
        String text = "PR-STO-013 Disk space {} -> {}, {} [directory={}, usableBytes={}, minFreeBytes={}]";
        if (now == DiskSpace.State.LOW) {
            LOG.warn(text, before, now, reason, directory, usableBytes, minFreeBytes);
        } else {
            LOG.info(text, before, now, reason, directory, usableBytes, minFreeBytes);
        }
    }

    public static void spaceUnknown(Path directory, Throwable cause) {
        LOG.warn(
                "PR-STO-014 The free space of the disk cannot be found out; what was known last is taken for true"
                        + " [directory={}, cause={}]",
                directory,
                cause.toString());
    }

    /** A consumer has had a delivery for longer than its address thinks right. */
    public static void consumerSlow(long consumer, String container, String user, String address, long ageMs) {
        LOG.warn(
                "PR-STO-025 A consumer has had a message for longer than slow-consumer.unsettled-ms"
                        + " [consumer={}, container={}, user={}, address={}, ageMs={}]",
                consumer,
                container,
                user,
                address,
                ageMs);
    }

    public static void catalogRebuilt(Path directory, Throwable cause) {
        LOG.warn(
                "PR-STO-008 The catalog could not be opened; it was moved aside and is built anew [directory={}, cause={}]",
                directory,
                cause.toString());
    }

    public static void catalogFailed(long index, Throwable cause) {
        LOG.error(
                "PR-STO-009 The catalog could not be updated; the broker goes on, and the catalog is rebuilt at the next start"
                        + " [index={}]",
                index,
                cause);
    }
}
