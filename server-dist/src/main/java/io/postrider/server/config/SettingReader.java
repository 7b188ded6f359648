// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the text of settings into values and collects what cannot be understood. Owned by the loading thread. */
final class SettingReader {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*(|B|K|KB|KiB|M|MB|MiB|G|GB|GiB)");

    private final SmallRyeConfig config;
    private final List<String> problems;

    SettingReader(SmallRyeConfig config, List<String> problems) {
        this.config = config;
        this.problems = problems;
    }

    String text(ConfigKey key) {
        return text(key.key(), key.defaultText());
    }

    String text(String key, String fallback) {
        String value = config.getConfigValue(key).getValue();
        return value == null ? fallback : value.strip();
    }

    /** The text, or null where it is empty: how a setting says "none". */
    @Nullable
    String name(String key, String fallback) {
        String text = text(key, fallback);
        return text.isEmpty() ? null : text;
    }

    boolean flag(ConfigKey key) {
        return flag(key.key(), key.defaultText());
    }

    boolean flag(String key, String fallback) {
        return switch (text(key, fallback).toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new InvalidSettingException(key, "true or false", text(key, fallback));
        };
    }

    /** One of an enum's names, in lower case. */
    <E extends Enum<E>> E choice(ConfigKey key, Class<E> choices) {
        String text = text(key);
        for (E choice : choices.getEnumConstants()) {
            if (choice.name().equalsIgnoreCase(text)) {
                return choice;
            }
        }
        String expected = Arrays.stream(choices.getEnumConstants())
                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new InvalidSettingException(key.key(), "one of " + expected, text);
    }

    /** A file, or null where none is named. */
    @Nullable
    Path file(ConfigKey key) {
        String text = text(key);
        return text.isEmpty() ? null : Path.of(text);
    }

    int number(ConfigKey key) {
        return number(key.key(), key.defaultText());
    }

    int number(String key, String fallback) {
        String text = text(key, fallback);
        try {
            return Integer.parseInt(text.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new InvalidSettingException(key, "a whole number", text);
        }
    }

    /** A size in bytes, with an optional binary unit: {@code 64MiB}. */
    long size(ConfigKey key) {
        String text = text(key);
        Matcher matcher = SIZE.matcher(text.replace("_", ""));
        if (!matcher.matches()) {
            throw new InvalidSettingException(key.key(), "a size such as 67108864 or 64MiB", text);
        }
        int shift = switch (matcher.group(2)) {
            case "K", "KB", "KiB" -> 10;
            case "M", "MB", "MiB" -> 20;
            case "G", "GB", "GiB" -> 30;
            default -> 0;
        };
        long count = Long.parseLong(matcher.group(1));
        InvalidSettingException.check(count <= Long.MAX_VALUE >> shift, key, "a smaller size", text);
        return count << shift;
    }

    /** Makes one record; a value it refuses becomes a problem that names the value's origin. */
    <T> @Nullable T read(Supplier<T> record) {
        try {
            return record.get();
        } catch (InvalidSettingException e) {
            problems.add(origin(e.key()) + ": " + e.key() + ": " + e.getMessage());
            return null;
        }
    }

    String origin(String key) {
        ConfigValue value = config.getConfigValue(key);
        return value.getConfigSourceName() == null ? "default" : value.getConfigSourceName();
    }
}
