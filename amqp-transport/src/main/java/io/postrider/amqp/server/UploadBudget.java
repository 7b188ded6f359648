// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How much of a connection's large messages is on its way to the disk. Owned by the connection's event loop.
 *
 * <p>Beyond {@link #HELD_BYTES} the windows of the sessions with uploads are not renewed until half of it is durable. As a window
 * counts frames, what was granted may still be a lot: at {@link #PAUSED_BYTES} reading from the connection pauses until the
 * disk has taken some of it.
 */
final class UploadBudget {
    private static final long HELD_BYTES = 2L << 20;
    private static final long PAUSED_BYTES = 8L << 20;

    /** More of them are collected whole, which has its own limit. */
    private static final int UPLOADS_MAX = 32;

    private final Consumer<Boolean> pause;
    private final Map<EngineSession, Integer> uploading = new LinkedHashMap<>();
    private int count;
    private long bytes;
    private boolean isHeld;
    private boolean isPaused;

    /** @param pause told to read nothing, and to go on reading */
    UploadBudget(Consumer<Boolean> pause) {
        this.pause = pause;
    }

    /** Whether another upload may begin now. */
    boolean hasRoom() {
        return count < UPLOADS_MAX;
    }

    boolean isPaused() {
        return isPaused;
    }

    /** An upload begins on a session. */
    void begun(EngineSession session) {
        count++;
        uploading.merge(session, 1, Integer::sum);
        if (isHeld) {
            session.holdWindow(true);
        }
    }

    /** The last byte of an upload has come, or it is given up. */
    void ended(EngineSession session) {
        count--;
        Integer left = uploading.computeIfPresent(session, (key, before) -> before == 1 ? null : before - 1);
        if (left == null && isHeld) {
            session.holdWindow(false);
        }
    }

    void handed(int more) {
        bytes += more;
        update();
    }

    void stored(long fewer) {
        bytes -= fewer;
        update();
    }

    private void update() {
        boolean holds = bytes > (isHeld ? HELD_BYTES / 2 : HELD_BYTES);
        if (holds != isHeld) {
            isHeld = holds;
            uploading.keySet().forEach(session -> session.holdWindow(holds));
        }
        boolean pauses = bytes > (isPaused ? HELD_BYTES : PAUSED_BYTES);
        if (pauses != isPaused) {
            isPaused = pauses;
            pause.accept(pauses);
        }
    }
}
