// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

/**
 * How eagerly message segments are read to find damage before a consumer does. Immutable.
 *
 * @param bytesPerSecond at most, while the broker is idle; an eighth of it while it is not; 0 for never
 * @param periodMs from the beginning of one round over all segments to that of the next
 */
public record ScrubSettings(long bytesPerSecond, long periodMs) {
    public ScrubSettings {
        if (bytesPerSecond < 0 || periodMs <= 0) {
            throw new IllegalArgumentException("Expected a rate of at least 0 and a period above it, but got "
                    + bytesPerSecond + " and " + periodMs);
        }
    }

    public boolean isOff() {
        return bytesPerSecond == 0;
    }
}
