// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables of the catalog and how they come into being. Stateless. */
final class CatalogSchema {
    /** Raise it with every change of a table: a catalog of another version is dropped and built anew from the state. */
    static final int VERSION = 2;

    private static final List<String> TABLES = List.of(
            """
            CREATE CACHED TABLE address (
                virtual_host VARCHAR(255) NOT NULL,
                name VARCHAR(255) NOT NULL,
                kind VARCHAR(16) NOT NULL,
                temporary_owner LONGVARCHAR,
                is_auto_created BOOLEAN NOT NULL,
                PRIMARY KEY (virtual_host, name))""",
            """
            CREATE CACHED TABLE address_setting (
                virtual_host VARCHAR(255) NOT NULL,
                name VARCHAR(255) NOT NULL,
                setting VARCHAR(64) NOT NULL,
                setting_value VARCHAR(65536) NOT NULL,
                PRIMARY KEY (virtual_host, name, setting),
                FOREIGN KEY (virtual_host, name) REFERENCES address (virtual_host, name) ON DELETE CASCADE)""",
            """
            CREATE CACHED TABLE policy (
                pattern VARCHAR(255) NOT NULL,
                is_configured BOOLEAN NOT NULL,
                setting VARCHAR(64) NOT NULL,
                setting_value VARCHAR(65536) NOT NULL,
                PRIMARY KEY (pattern, is_configured, setting))""",
            """
            CREATE CACHED TABLE subscription (
                virtual_host VARCHAR(255) NOT NULL,
                scope VARCHAR(65536) NOT NULL,
                name VARCHAR(65536) NOT NULL,
                topic_virtual_host VARCHAR(255) NOT NULL,
                topic VARCHAR(255) NOT NULL,
                is_shared BOOLEAN NOT NULL,
                selector LONGVARCHAR,
                no_local BOOLEAN NOT NULL,
                PRIMARY KEY (virtual_host, scope, name))""",
            """
            CREATE CACHED TABLE broker_user (
                name VARCHAR(65536) NOT NULL PRIMARY KEY,
                salt VARBINARY(1024) NOT NULL,
                iterations INTEGER NOT NULL,
                stored_key VARBINARY(64) NOT NULL,
                server_key VARBINARY(64) NOT NULL)""",
            """
            CREATE CACHED TABLE broker_user_role (
                user_name VARCHAR(65536) NOT NULL,
                role VARCHAR(255) NOT NULL,
                PRIMARY KEY (user_name, role),
                FOREIGN KEY (user_name) REFERENCES broker_user (name) ON DELETE CASCADE)""",
            "CREATE CACHED TABLE catalog_state (version INTEGER NOT NULL, applied_index BIGINT NOT NULL)",
            "INSERT INTO catalog_state VALUES (" + VERSION + ", 0)");

    private CatalogSchema() {}

    /** Creates the tables where they are missing or of another version. */
    static void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (version(connection) == VERSION) {
                return;
            }
            statement.execute("DROP SCHEMA PUBLIC CASCADE");
            for (String sql : TABLES) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, "PUBLIC", "CATALOG_STATE", null)) {
            if (!tables.next()) {
                return 0;
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet state = statement.executeQuery("SELECT version FROM catalog_state")) {
            return state.next() ? state.getInt(1) : 0;
        }
    }
}
