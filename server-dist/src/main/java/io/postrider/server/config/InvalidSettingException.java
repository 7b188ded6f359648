// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

/** A value that makes no sense for its key. The loader adds where the value came from. */
final class InvalidSettingException extends IllegalArgumentException {
    private final String key;

    InvalidSettingException(String key, String expected, Object found) {
        super("expected " + expected + ", but found '" + found + "'");
        this.key = key;
    }

    String key() {
        return key;
    }

    static void check(boolean isValid, ConfigKey key, String expected, Object found) {
        if (!isValid) {
            throw new InvalidSettingException(key.key(), expected, found);
        }
    }

    static void checkRange(ConfigKey key, long value, long min, long max) {
        check(value >= min && value <= max, key, "a number of " + min + " to " + max, value);
    }

    static void checkHost(ConfigKey key, String host) {
        check(!host.isBlank() && host.indexOf(' ') < 0, key, "a host name or address", host);
    }
}
