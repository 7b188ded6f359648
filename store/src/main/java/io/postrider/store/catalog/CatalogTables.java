// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import io.postrider.store.catalog.Change.AddressDefined;
import io.postrider.store.catalog.Change.AddressDeleted;
import io.postrider.store.catalog.Change.PoliciesChanged;
import io.postrider.store.catalog.Change.SubscriptionDefined;
import io.postrider.store.catalog.Change.SubscriptionDeleted;
import io.postrider.store.catalog.Change.UserPut;
import io.postrider.store.catalog.Change.UserRemoved;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows to definitions and back. Neither commits nor rolls back. Owned by whoever uses the connection. */
final class CatalogTables {
    private final Connection connection;

    CatalogTables(Connection connection) {
        this.connection = connection;
    }

    /** A value or values for the question marks of a statement; and what to call it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sql(String text, @Nullable Object... values) {}

    void apply(Change change) throws SQLException {
        for (Sql sql : change.accept(STATEMENTS)) {
            execute(sql.text(), sql.values());
        }
    }

    private static final Change.Visitor<List<Sql>> STATEMENTS = new Change.Visitor<>() {
        @Override
        public List<Sql> policiesChanged(PoliciesChanged change) {
            List<Sql> statements = new ArrayList<>();
            statements.add(new Sql("DELETE FROM policy"));
            for (PolicyRule rule : change.rules()) {
                rule.values()
                        .forEach((setting, value) -> statements.add(new Sql(
                                "INSERT INTO policy VALUES (?, ?, ?, ?)",
                                rule.pattern().text(),
                                rule.isConfigured(),
                                setting.text(),
                                value)));
            }
            return statements;
        }

        @Override
        public List<Sql> addressDefined(AddressDefined change) {
            AddressDefinition address = change.definition();
            AddressKey key = address.key();
            List<Sql> statements = new ArrayList<>();
            statements.add(deleteAddress(key));
            statements.add(new Sql(
                    "INSERT INTO address VALUES (?, ?, ?, ?, ?)",
                    key.virtualHost(),
                    key.name(),
                    address.kind().name(),
                    address.temporaryOwner(),
                    address.isAutoCreated()));
            address.settings()
                    .forEach((setting, value) -> statements.add(new Sql(
                            "INSERT INTO address_setting VALUES (?, ?, ?, ?)",
                            key.virtualHost(),
                            key.name(),
                            setting.text(),
                            value)));
            return statements;
        }

        @Override
        public List<Sql> addressDeleted(AddressDeleted change) {
            return List.of(deleteAddress(change.key()));
        }

        @Override
        public List<Sql> subscriptionDefined(SubscriptionDefined change) {
            SubscriptionDefinition subscription = change.definition();
            SubscriptionKey key = subscription.key();
            return List.of(
                    deleteSubscription(key),
                    new Sql(
                            "INSERT INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            key.virtualHost(),
                            key.scope(),
                            key.name(),
                            subscription.topic().virtualHost(),
                            subscription.topic().name(),
                            subscription.isShared(),
                            subscription.selector(),
                            subscription.noLocal()));
        }

        @Override
        public List<Sql> subscriptionDeleted(SubscriptionDeleted change) {
            return List.of(deleteSubscription(change.key()));
        }

        @Override
        public List<Sql> userPut(UserPut change) {
            UserRecord user = change.user();
            List<Sql> statements = new ArrayList<>();
            statements.add(deleteUser(user.name()));
            statements.add(new Sql(
                    "INSERT INTO broker_user VALUES (?, ?, ?, ?, ?)",
                    user.name(),
                    user.salt(),
                    user.iterations(),
                    user.storedKey(),
                    user.serverKey()));
            for (String role : user.roles()) {
                statements.add(new Sql("INSERT INTO broker_user_role VALUES (?, ?)", user.name(), role));
            }
            return statements;
        }

        @Override
        public List<Sql> userRemoved(UserRemoved change) {
            return List.of(deleteUser(change.name()));
        }
    };

    private static Sql deleteAddress(AddressKey key) {
        return new Sql("DELETE FROM address WHERE virtual_host = ? AND name = ?", key.virtualHost(), key.name());
    }

    private static Sql deleteSubscription(SubscriptionKey key) {
        return new Sql(
                "DELETE FROM subscription WHERE virtual_host = ? AND scope = ? AND name = ?",
                key.virtualHost(),
                key.scope(),
                key.name());
    }

    private static Sql deleteUser(String name) {
        return new Sql("DELETE FROM broker_user WHERE name = ?", name);
    }

    void appliedIndex(long index) throws SQLException {
        execute("UPDATE catalog_state SET applied_index = ?", index);
    }

    long appliedIndex() throws SQLException {
        return rows("SELECT applied_index FROM catalog_state", row -> row.getLong(1))
                .get(0);
    }

    /** What the rules set, by pattern; a rule that sets nothing has no rows. */
    List<PolicyRule> policies() throws SQLException {
        Map<PolicyRule, PolicyValues> values = new LinkedHashMap<>();
        rows(
                "SELECT * FROM policy ORDER BY pattern, is_configured",
                row -> values.merge(
                        new PolicyRule(
                                new AddressPattern(row.getString("pattern")),
                                PolicyValues.NONE,
                                row.getBoolean("is_configured")),
                        setting(row),
                        PolicyValues::with));
        return values.entrySet().stream()
                .map(rule -> new PolicyRule(
                        rule.getKey().pattern(), rule.getValue(), rule.getKey().isConfigured()))
                .toList();
    }

    private static PolicyValues setting(ResultSet row) throws SQLException {
        return PolicyValues.parse(Map.of(row.getString("setting"), row.getString("setting_value")));
    }

    List<AddressDefinition> addresses() throws SQLException {
        Map<AddressKey, PolicyValues> settings = new HashMap<>();
        rows("SELECT * FROM address_setting", row -> settings.merge(key(row), setting(row), PolicyValues::with));
        return rows(
                "SELECT * FROM address ORDER BY virtual_host, name",
                row -> new AddressDefinition(
                        key(row),
                        AddressKind.valueOf(row.getString("kind")),
                        settings.getOrDefault(key(row), PolicyValues.NONE),
                        row.getString("temporary_owner"),
                        row.getBoolean("is_auto_created")));
    }

    private static AddressKey key(ResultSet row) throws SQLException {
        return new AddressKey(row.getString("virtual_host"), row.getString("name"));
    }

    List<SubscriptionDefinition> subscriptions() throws SQLException {
        return rows(
                "SELECT * FROM subscription ORDER BY virtual_host, scope, name",
                row -> new SubscriptionDefinition(
                        new SubscriptionKey(
                                row.getString("virtual_host"), row.getString("scope"), row.getString("name")),
                        new AddressKey(row.getString("topic_virtual_host"), row.getString("topic")),
                        row.getBoolean("is_shared"),
                        row.getString("selector"),
                        row.getBoolean("no_local")));
    }

    List<UserRecord> users() throws SQLException {
        Map<String, Set<String>> roles = new HashMap<>();
        rows(
                "SELECT user_name, role FROM broker_user_role",
                row -> roles.computeIfAbsent(row.getString(1), name -> new HashSet<>())
                        .add(row.getString(2)));
        return rows(
                "SELECT * FROM broker_user ORDER BY name",
                row -> new UserRecord(
                        row.getString("name"),
                        row.getBytes("salt"),
                        row.getInt("iterations"),
                        row.getBytes("stored_key"),
                        row.getBytes("server_key"),
                        roles.getOrDefault(row.getString("name"), Set.of())));
    }

    private void execute(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** Makes a value of the present row. */
    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> rows(String sql, RowReader<T> reader) throws SQLException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return found;
    }
}
