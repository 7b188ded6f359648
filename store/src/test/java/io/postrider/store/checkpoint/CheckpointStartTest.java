// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.io.StoreFile;
import io.postrider.store.segment.SegmentSettings;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start reads the manifest, the state, headers and indexes, however much the segments hold. */
class CheckpointStartTest {
    private static final int LOGS = 200;

    @Test
    void twoHundredSegmentsAreNotRead(@TempDir Path directory) {
        CheckpointModel model = new CheckpointModel();
        for (int logId = 0; logId < LOGS; logId++) {
            model.add(logId, new byte[70_000]);
        }
        SegmentSettings settings = new SegmentSettings(60_000, 60_000, LOGS, 100_000, 1_000, 0, 10_000, 4);
        try (FileCheckpoints store = FileCheckpoints.open(new RealFiles(), directory, 0, settings)) {
            store.write(model.plan());
            assertEquals(LOGS, store.stats().segments());
        }
        AtomicLong bytesRead = new AtomicLong();
        FileAccess files = counting(FileAccess.class, new RealFiles(), bytesRead);

        long start = System.nanoTime();
        try (FileCheckpoints store = FileCheckpoints.open(files, directory, 0, settings)) {
            assertEquals(LOGS, store.load().extents().size());
        }

        System.out.printf(
                "Loading a checkpoint of %d segments took %.1f ms%n", LOGS, (System.nanoTime() - start) / 1e6);
        assertTrue(bytesRead.get() < 60_000, bytesRead + " bytes read");
    }

    /** Counts the bytes that are read through files that are opened here. */
    private static <T> T counting(Class<T> type, T real, AtomicLong bytesRead) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object result = method.invoke(real, arguments);
            if (method.getName().equals("read")) {
                bytesRead.addAndGet((Integer) result);
            }
            return result instanceof StoreFile file ? counting(StoreFile.class, file, bytesRead) : result;
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
