// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import java.nio.file.Path;

/**
 * Where messages are kept, and how much of disk and memory they may take. Immutable.
 *
 * @param directory the data directory; made if missing
 * @param segmentBytes size of one journal file
 * @param checkpointTriggerBytes journal that may pile up before a checkpoint frees it
 * @param scrubBytesPerSecond rate at which message segments are read to find damage; 0 for never
 * @param scrubPeriodMs from the beginning of one such round to that of the next
 * @param diskMinFreeBytes free disk space below which producers are held and refused; 0 to go by refused space only
 * @param messagesBytes message bytes kept in memory before producers are held, 0 for a quarter of the heap
 * @param transactionBytes bytes one open transaction may hold
 * @param transactionTimeoutMs how long a transaction may be open before it is rolled back
 */
public record StoreConfig(
        Path directory,
        long segmentBytes,
        long checkpointTriggerBytes,
        long scrubBytesPerSecond,
        long scrubPeriodMs,
        long diskMinFreeBytes,
        long messagesBytes,
        long transactionBytes,
        long transactionTimeoutMs) {
    /** A commit is one entry of the journal. */
    private static final long TRANSACTION_BYTES_LIMIT = 256L << 20;

    public StoreConfig {
        InvalidSettingException.checkRange(ConfigKey.JOURNAL_SEGMENT, segmentBytes, 1 << 20, 1 << 30);
        InvalidSettingException.check(
                segmentBytes % 8 == 0, ConfigKey.JOURNAL_SEGMENT, "a multiple of 8", segmentBytes);
        InvalidSettingException.checkRange(ConfigKey.CHECKPOINT_TRIGGER, checkpointTriggerBytes, 1 << 20, 1L << 40);
        InvalidSettingException.checkRange(ConfigKey.SCRUB_RATE, scrubBytesPerSecond, 0, 1L << 40);
        InvalidSettingException.checkRange(ConfigKey.SCRUB_PERIOD, scrubPeriodMs, 1000, Integer.MAX_VALUE);
        InvalidSettingException.checkRange(ConfigKey.DISK_MIN_FREE, diskMinFreeBytes, 0, 1L << 50);
        InvalidSettingException.checkRange(ConfigKey.MEMORY_MESSAGES, messagesBytes, 0, 1L << 40);
        InvalidSettingException.checkRange(
                ConfigKey.TRANSACTIONS_BYTES, transactionBytes, 1 << 10, TRANSACTION_BYTES_LIMIT);
        InvalidSettingException.checkRange(ConfigKey.TRANSACTIONS_TIMEOUT, transactionTimeoutMs, 1000, 86_400_000);
    }

    /** The budget in bytes, with the automatic value resolved against this process's heap. */
    public long messagesBytesEffective() {
        return messagesBytes > 0 ? messagesBytes : Runtime.getRuntime().maxMemory() / 4;
    }
}
