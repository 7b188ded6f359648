// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file system of its own with little room: ext4 on a loop device. Some of the room is held by ballast, so that a test can give
 * it back. Needs root. Owned by the test's thread; {@link #close} unmounts it.
 */
public final class SmallDisk implements AutoCloseable {
    private final Path image;
    private final Path mountPoint;
    private final String device;

    private SmallDisk(Path image, Path mountPoint, String device) {
        this.image = image;
        this.mountPoint = mountPoint;
        this.device = device;
    }

    /** Why there can be none here; empty if there can. */
    static Optional<String> missing() {
        try (SmallDisk disk = mounted("probe", 8 << 20)) {
            return Files.isDirectory(disk.directory()) ? Optional.empty() : Optional.of("it mounts nothing");
        } catch (AssertionError | IllegalStateException | UncheckedIOException e) {
            return Optional.of(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("mount fails"));
        }
    }

    /** An empty file system of so many bytes, less what ext4 needs for itself. */
    public static SmallDisk mounted(String name, long bytes) {
        try {
            Path parent = Files.createDirectories(BrokerUnderTest.TARGET.resolve("disks"));
            Path image = Files.createTempFile(parent, name + "-", ".img");
            Path mountPoint = Files.createTempDirectory(parent, name + "-");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(bytes);
            }
            // No reserve for root, who runs these tests and would never see the disk full.
            OutsideProcess.run(List.of("mkfs.ext4", "-q", "-m", "0", image.toString()));
            String device = OutsideProcess.run(List.of("losetup", "-f", "--show", image.toString()))
                    .strip();
            SmallDisk disk = new SmallDisk(image, mountPoint, device);
            disk.mount();
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mount() {
        OutsideProcess.run(List.of("mount", "-o", "errors=remount-ro", device, mountPoint.toString()));
    }

    public Path directory() {
        return mountPoint;
    }

    /** Takes room away until {@link #dropBallast}. */
    public void putBallast(int bytes) {
        try {
            Files.write(mountPoint.resolve("ballast"), new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void dropBallast() {
        try {
            Files.delete(mountPoint.resolve("ballast"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long freeBytes() {
        try {
            return Files.getFileStore(mountPoint).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the file system find an error in itself, which it answers by becoming read-only under whoever writes. */
    public void refuseWrites() {
        Path trigger = Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString(), "trigger_fs_error");
        try {
            Files.writeString(trigger, "test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Mounts again what had reached the device. Nobody may have a file open. */
    public void repair() {
        OutsideProcess.run(List.of("umount", mountPoint.toString()));
        mount();
    }

    @Override
    public void close() {
        OutsideProcess.run(List.of("umount", mountPoint.toString()));
        OutsideProcess.run(List.of("losetup", "-d", device));
        try {
            Files.delete(mountPoint);
            Files.delete(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
