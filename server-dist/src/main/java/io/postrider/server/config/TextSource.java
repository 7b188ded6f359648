// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.ConfigValueConfigSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings of one origin, each remembering the words that tell a person where it was found. Immutable once filled. */
final class TextSource implements ConfigValueConfigSource {
    static final int ORDINAL_DEFAULT = 100;
    static final int ORDINAL_FILE = 200;
    static final int ORDINAL_ENVIRONMENT = 300;
    static final int ORDINAL_COMMAND_LINE = 400;

    private final int ordinal;
    private final Map<String, ConfigValue> values = new LinkedHashMap<>();

    TextSource(int ordinal) {
        this.ordinal = ordinal;
    }

    /** @param origin where this was set, such as {@code conf/postrider.yaml line 12} */
    TextSource with(String key, String value, String origin) {
        values.put(
                key,
                ConfigValue.builder()
                        .withName(key)
                        .withValue(value)
                        .withRawValue(value)
                        .withConfigSourceName(origin)
                        .withConfigSourceOrdinal(ordinal)
                        .build());
        return this;
    }

    @Override
    public @Nullable ConfigValue getConfigValue(String key) {
        return values.get(key);
    }

    @Override
    public @Nullable String getValue(String key) {
        ConfigValue value = values.get(key);
        return value == null ? null : value.getValue();
    }

    @Override
    public Map<String, ConfigValue> getConfigValueProperties() {
        return values;
    }

    @Override
    public Set<String> getPropertyNames() {
        return values.keySet();
    }

    @Override
    public int getOrdinal() {
        return ordinal;
    }

    @Override
    public String getName() {
        return "postrider-" + ordinal;
    }
}
