// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Segment files held open for reading: opened at the first read, at most {@value #OPEN_MAX} besides those in use, the least
 * recently used closed first. Any thread; the monitor guards the table and is never held during I/O.
 *
 * <p>A file in use is not closed under its reader: the last one to give it back closes it.
 */
final class ReadFiles {
    static final int OPEN_MAX = 16;

    private final FileAccess files;
    private final Map<EntryPositions, Handle> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean isClosed;

    /** One open file. The monitor of the table guards the fields that change. */
    static final class Handle {
        private final StoreFile file;
        private int users = 1;
        private boolean isRetired;

        private Handle(StoreFile file) {
            this.file = file;
        }

        StoreFile file() {
            return file;
        }
    }

    ReadFiles(FileAccess files) {
        this.files = files;
    }

    /** Opens a segment or shares what is open; {@link #giveBack} it. Null if the segment has been released. */
    @Nullable
    Handle acquire(EntryPositions segment) throws IOException {
        Handle shared = share(segment);
        if (shared != null || segment.isReleased()) {
            return shared;
        }
        Handle mine = new Handle(files.open(segment.path(), FileAccess.Mode.READ));
        List<Handle> unused = new ArrayList<>();
        synchronized (this) {
            if (isClosed || segment.isReleased() || open.putIfAbsent(segment, mine) != null) {
                mine.isRetired = true; // only for this read
            }
            retireOldest(unused);
        }
        closeAll(unused);
        return mine;
    }

    private synchronized @Nullable Handle share(EntryPositions segment) {
        Handle handle = open.get(segment);
        if (handle != null) {
            handle.users++;
        }
        return handle;
    }

    private void retireOldest(List<Handle> unused) {
        Iterator<Handle> oldestFirst = open.values().iterator();
        while (open.size() > OPEN_MAX && oldestFirst.hasNext()) {
            Handle handle = oldestFirst.next();
            oldestFirst.remove();
            retire(handle, unused);
        }
    }

    private static void retire(Handle handle, List<Handle> unused) {
        handle.isRetired = true;
        if (handle.users == 0) {
            unused.add(handle);
        }
    }

    void giveBack(Handle handle) throws IOException {
        boolean isLast;
        synchronized (this) {
            handle.users--;
            isLast = handle.isRetired && handle.users == 0;
        }
        if (isLast) {
            handle.file.close();
        }
    }

    /** Takes a file out of the table: its segment was released, or the file turned out to be closed. */
    void forget(EntryPositions segment) throws IOException {
        List<Handle> unused = new ArrayList<>();
        synchronized (this) {
            Handle handle = open.remove(segment);
            if (handle != null) {
                retire(handle, unused);
            }
        }
        closeAll(unused);
    }

    /** Closes what nobody reads from, and the rest when it is given back. */
    void close() throws IOException {
        List<Handle> unused = new ArrayList<>();
        synchronized (this) {
            isClosed = true;
            open.values().forEach(handle -> retire(handle, unused));
            open.clear();
        }
        closeAll(unused);
    }

    private static void closeAll(List<Handle> unused) throws IOException {
        for (Handle handle : unused) {
            handle.file.close();
        }
    }

    synchronized int openCount() {
        return open.size();
    }
}
