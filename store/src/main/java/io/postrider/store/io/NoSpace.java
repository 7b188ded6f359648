// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a full disk from a broken one. The JDK has no exception of its own for it, so the operating system's text decides:
 * those of Linux, macOS and Windows, for a full disk and for a quota that is used up. Another language is not understood; who can
 * should ask {@link FileAccess#usableBytes} too.
 */
public final class NoSpace {
    private static final List<String> TEXTS =
            List.of("no space left on device", "disk quota exceeded", "not enough space on the disk", "disc quota");

    private NoSpace() {}

    public static boolean isCauseOf(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (speaksOfIt(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    private static boolean speaksOfIt(@Nullable String message) {
        String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
        return TEXTS.stream().anyMatch(text::contains);
    }
}
