// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.amqp.codec.AmqpMessageInspector;
import io.postrider.api.port.BrokerStats;
import io.postrider.api.port.EventLoop;
import io.postrider.server.config.ServerConfig;
import io.postrider.server.config.StoreConfig;
import io.postrider.store.backup.StoreBackup;
import io.postrider.store.catalog.CatalogProjection;
import io.postrider.store.catalog.HsqlCatalog;
import io.postrider.store.catalog.UserDirectory;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.checkpoint.ScrubSettings;
import io.postrider.store.checkpoint.SegmentScrubber;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.DiskSpaceWatch;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.shard.BrokerSettings;
import io.postrider.store.shard.BrokerThreads;
import io.postrider.store.shard.LocalBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Opens the store in the data directory: lock, journal, checkpoints, catalog, and the broker on top. What was opened is
 * closed in reverse, after a stop and after a failed start alike.
 */
public final class StoreOpener implements BrokerOpener {
    private static final int SHARD = 0;
    private static final long VOLATILE_BACKLOG_BYTES_MAX = 64L << 20;

    private final ServerConfig config;

    public StoreOpener(ServerConfig config) {
        this.config = config;
    }

    @Override
    public OpenBroker open(EventLoop loop) {
        Deque<Runnable> opened = new ArrayDeque<>();
        try {
            return open(loop, opened);
        } catch (RuntimeException e) {
            opened.forEach(Runnable::run);
            throw new StartException("The store cannot be opened: " + e.getMessage(), e);
        }
    }

    private OpenBroker open(EventLoop loop, Deque<Runnable> opened) {
        StoreConfig store = config.store();
        Path directory = store.directory();
        StoreLock lock = StoreLock.acquire(directory);
        opened.push(lock::close);
        HsqlCatalog catalog = HsqlCatalog.open(directory.resolve("catalog"));
        opened.push(catalog::close);
        UserDirectory users = new UserDirectory(
                new UserDirectory.Settings(
                        config.isAnonymousAllowed(),
                        UserDirectory.Settings.DEFAULT.threads(),
                        UserDirectory.Settings.DEFAULT.waitingMax()),
                List.of());
        opened.push(users::close);
        FileAccess files = new RealFiles();
        DiskSpace space = new DiskSpace(files, directory, store.diskMinFreeBytes());
        DiskSpaceWatch watch = new DiskSpaceWatch(space);
        opened.push(watch::close);
        LocalShardLog log = LocalShardLog.open(
                files,
                directory.resolve("journal"),
                JournalSettings.DEFAULT.withSegmentBytes((int) store.segmentBytes()),
                space);
        FileCheckpoints checkpoints =
                FileCheckpoints.open(files, directory.resolve("checkpoints"), SHARD, SegmentSettings.DEFAULTS);
        LocalBroker broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        checkpoints,
                        BrokerThreads.start(),
                        space,
                        new AmqpMessageInspector(),
                        new CatalogProjection(catalog, users),
                        System::currentTimeMillis),
                new BrokerSettings(
                        store.messagesBytesEffective(),
                        store.checkpointTriggerBytes(),
                        Math.min(store.checkpointTriggerBytes(), store.segmentBytes()),
                        VOLATILE_BACKLOG_BYTES_MAX,
                        store.transactionBytes(),
                        store.transactionTimeoutMs()),
                config.policies());
        opened.push(broker::close);
        SegmentScrubber scrubber = SegmentScrubber.start(
                checkpoints,
                new ScrubSettings(store.scrubBytesPerSecond(), store.scrubPeriodMs()),
                () -> activity(broker),
                broker::storageChanged);
        opened.push(scrubber::close);
        StoreBackup backup =
                new StoreBackup(files, directory, checkpoints, log, broker::betweenCheckpoints, Clock.systemUTC());
        return new OpenBroker(broker, broker.admin(), users, backup, () -> opened.forEach(Runnable::run));
    }

    /** Changes while messages come or are read back. */
    private static long activity(LocalBroker broker) {
        BrokerStats stats = broker.admin().stats();
        return stats.logEntries() + stats.storage().readBacks();
    }
}
