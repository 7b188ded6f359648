// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.store.catalog.Change.AddressDefined;
import io.postrider.store.catalog.Change.AddressDeleted;
import io.postrider.store.catalog.Change.PoliciesChanged;
import io.postrider.store.catalog.Change.SubscriptionDefined;
import io.postrider.store.catalog.Change.SubscriptionDeleted;
import io.postrider.store.catalog.Change.UserPut;
import io.postrider.store.catalog.Change.UserRemoved;
import io.postrider.store.io.StoreLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hsqldb.jdbc.JDBCDriver;

/**
 * Definitions and users in an embedded SQL database, for questions: a copy of the shard's state, a little behind it. Any
 * thread may call every method; the database is written by the catalog's own thread.
 *
 * <p>What arrives while a transaction is under way forms the next one, together with the index it was applied at. Nothing is durable
 * when a call returns, and nothing needs to be: at each start {@link #rebuild} compares the tables with the state. For the
 * same reason a database that cannot be opened is moved aside and begun anew, and one that cannot be written is left as it is
 * until the next start.
 */
public final class HsqlCatalog implements AutoCloseable {
    /** No lock file and no logging set-up of its own: the store's lock and the process's logging cover both. */
    private static final String OPTIONS =
            ";hsqldb.reconfig_logging=false;hsqldb.tx=mvcc;hsqldb.default_table_type=cached;hsqldb.lock_file=false"
                    + ";hsqldb.write_delay=true;hsqldb.log_size=16;shutdown=false";

    private static final String FILES = "catalog";
    private static final String DAMAGED_SUFFIX = ".damaged";

    private final Path directory;
    private final Connection connection;
    private final CatalogTables tables;
    private final ExecutorService writer;

    private final Object lock = new Object(); // guards what waits for the writer
    private List<Projected> waiting = new ArrayList<>();

    private volatile long appliedIndex;
    private boolean hasFailed; // the writer's

    private record Projected(long index, List<Change> changes, Runnable done) {}

    private HsqlCatalog(Path directory, Connection connection) throws SQLException {
        this.directory = directory;
        this.connection = connection;
        this.tables = new CatalogTables(connection);
        this.appliedIndex = tables.appliedIndex();
        connection.commit();
        this.writer = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "catalog");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens the catalog in a directory, which is created if it does not exist.
     *
     * @throws CatalogException if not even an empty one can be made there
     */
    public static HsqlCatalog open(Path directory) {
        try {
            Files.createDirectories(directory);
            try {
                return connect(directory);
            } catch (SQLException | RuntimeException e) {
                StoreLog.catalogRebuilt(directory, e);
                moveAside(directory);
                return connect(directory);
            }
        } catch (SQLException | IOException e) {
            throw new CatalogException("Expected to open the catalog, but " + e + " [directory=" + directory + "]", e);
        }
    }

    private static HsqlCatalog connect(Path directory) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", "SA");
        properties.put("password", "");
        String url = "jdbc:hsqldb:file:" + directory.resolve(FILES).toAbsolutePath() + OPTIONS;
        Connection connection = JDBCDriver.getConnection(url, properties);
        if (connection == null) {
            throw new SQLException("The driver does not know " + url);
        }
        try {
            connection.setAutoCommit(false);
            CatalogSchema.prepare(connection);
            HsqlCatalog catalog = new HsqlCatalog(directory, connection);
            catalog.readWhole();
            return catalog;
        } catch (SQLException | RuntimeException e) {
            shutDown(connection, e);
            throw e;
        }
    }

    /** Damage shows when rows are read, and it should show now. */
    private void readWhole() throws SQLException {
        tables.policies();
        tables.addresses();
        tables.subscriptions();
        tables.users();
        connection.commit();
    }

    /** Frees the files, without a last checkpoint of a database that cannot be trusted. */
    private static void shutDown(Connection connection, Exception failure) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN IMMEDIATELY");
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private static void moveAside(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> entries = Files.list(directory)) {
            paths = entries.filter(path -> path.getFileName().toString().startsWith(FILES + "."))
                    .filter(path -> !path.getFileName().toString().endsWith(DAMAGED_SUFFIX))
                    .toList();
        }
        for (Path path : paths) {
            Path aside = path.resolveSibling(path.getFileName() + DAMAGED_SUFFIX);
            if (Files.isRegularFile(path)) {
                Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /**
     * Shows changes soon. Does not wait.
     *
     * @param index log index of the entry that made them; never lower than that of an earlier call
     * @param done run on the catalog's thread once the tables show them, or the catalog has failed
     */
    public void project(long index, List<Change> changes, Runnable done) {
        synchronized (lock) {
            waiting.add(new Projected(index, List.copyOf(changes), done));
            if (waiting.size() > 1) {
                return; // a drain is on its way
            }
        }
        writer.execute(this::drain);
    }

    /**
     * Makes the tables hold exactly these definitions and users, by changing what differs.
     *
     * @param all only {@code PoliciesChanged}, {@code AddressDefined}, {@code SubscriptionDefined} and {@code UserPut}
     */
    public void rebuild(long index, List<Change> all) {
        List<Change> wanted = List.copyOf(all);
        writer.execute(() -> {
            drain(); // what came first is applied first
            transact(index, () -> {
                Set<Change> present = present();
                Set<Change> missing = new LinkedHashSet<>(wanted);
                missing.removeAll(present);
                wanted.forEach(present::remove);
                for (Change gone : present) {
                    tables.apply(gone.accept(INVERSE));
                }
                for (Change change : missing) {
                    tables.apply(change);
                }
            });
        });
    }

    private Set<Change> present() throws SQLException {
        Set<Change> present = new LinkedHashSet<>();
        present.add(new PoliciesChanged(tables.policies()));
        tables.addresses().forEach(address -> present.add(new AddressDefined(address)));
        tables.subscriptions().forEach(subscription -> present.add(new SubscriptionDefined(subscription)));
        tables.users().forEach(user -> present.add(new UserPut(user)));
        return present;
    }

    private void drain() {
        List<Projected> batch;
        synchronized (lock) {
            batch = waiting;
            waiting = new ArrayList<>();
        }
        if (batch.isEmpty()) {
            return;
        }
        transact(batch.get(batch.size() - 1).index(), () -> {
            for (Projected projected : batch) {
                for (Change change : projected.changes()) {
                    tables.apply(change);
                }
            }
        });
        batch.forEach(projected -> projected.done().run());
    }

    /** SQL work of one transaction. */
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    private void transact(long index, Work work) {
        if (hasFailed) {
            return; // the tables lack a change, so they must not claim a later index
        }
        try {
            synchronized (connection) { // against the readers below
                work.run();
                tables.appliedIndex(index);
                connection.commit();
            }
            appliedIndex = index;
        } catch (SQLException | RuntimeException e) {
            hasFailed = true;
            StoreLog.catalogFailed(index, e);
            rollBack(e);
        }
    }

    private void rollBack(Exception failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** Log index up to which the tables show every change. */
    public long appliedIndex() {
        return appliedIndex;
    }

    public List<AddressDefinition> addresses() {
        return read(tables::addresses);
    }

    public List<SubscriptionDefinition> subscriptions() {
        return read(tables::subscriptions);
    }

    public List<UserRecord> users() {
        return read(tables::users);
    }

    /** A question to the tables. */
    @FunctionalInterface
    private interface Question<T> {
        List<T> ask() throws SQLException;
    }

    private <T> List<T> read(Question<T> question) {
        try {
            synchronized (connection) {
                List<T> rows = question.ask();
                connection.commit();
                return rows;
            }
        } catch (SQLException e) {
            throw new CatalogException("Expected to read the catalog, but " + e + " [directory=" + directory + "]", e);
        }
    }

    /** Applies what waits and closes the database. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(30, TimeUnit.SECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            throw new CatalogException("Expected to close the catalog, but " + e + " [directory=" + directory + "]", e);
        }
    }

    private static final Change.Visitor<Change> INVERSE = new Change.Visitor<>() {
        @Override
        public Change policiesChanged(PoliciesChanged change) {
            return new PoliciesChanged(List.of());
        }

        @Override
        public Change addressDefined(AddressDefined change) {
            return new AddressDeleted(change.definition().key());
        }

        @Override
        public Change addressDeleted(AddressDeleted change) {
            return change;
        }

        @Override
        public Change subscriptionDefined(SubscriptionDefined change) {
            return new SubscriptionDeleted(change.definition().key());
        }

        @Override
        public Change subscriptionDeleted(SubscriptionDeleted change) {
            return change;
        }

        @Override
        public Change userPut(UserPut change) {
            return new UserRemoved(change.user().name());
        }

        @Override
        public Change userRemoved(UserRemoved change) {
            return change;
        }
    };
}
