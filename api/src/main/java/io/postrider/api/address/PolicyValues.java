// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Settings somebody gave: some keys with canonical values, all others unset. Immutable. */
public final class PolicyValues {
    public static final PolicyValues NONE = new PolicyValues(new EnumMap<>(PolicyKey.class));

    private final EnumMap<PolicyKey, String> values;

    private PolicyValues(EnumMap<PolicyKey, String> values) {
        this.values = values;
    }

    /** @throws IllegalArgumentException naming the key, what was expected and what was found */
    public static PolicyValues of(PolicyKey key, String value) {
        return NONE.with(key, value);
    }

    /**
     * Settings by the names of their keys.
     *
     * @throws IllegalArgumentException naming the key, what was expected and what was found
     */
    public static PolicyValues parse(Map<String, String> byName) {
        EnumMap<PolicyKey, String> values = new EnumMap<>(PolicyKey.class);
        byName.forEach((name, value) -> values.put(key(name), key(name).canonical(value)));
        return new PolicyValues(values);
    }

    private static PolicyKey key(String name) {
        PolicyKey key = PolicyKey.of(name);
        if (key == null) {
            throw new IllegalArgumentException("Expected the name of a setting, but got '" + name + "'");
        }
        return key;
    }

    /** With one setting more, or changed. */
    public PolicyValues with(PolicyKey key, String value) {
        EnumMap<PolicyKey, String> changed = new EnumMap<>(values);
        changed.put(key, key.canonical(value));
        return new PolicyValues(changed);
    }

    /** With every setting of the other one on top. */
    public PolicyValues with(PolicyValues other) {
        EnumMap<PolicyKey, String> changed = new EnumMap<>(values);
        changed.putAll(other.values);
        return new PolicyValues(changed);
    }

    /** Without one setting. */
    public PolicyValues without(PolicyKey key) {
        EnumMap<PolicyKey, String> changed = new EnumMap<>(values);
        changed.remove(key);
        return new PolicyValues(changed);
    }

    public @Nullable String get(PolicyKey key) {
        return values.get(key);
    }

    public int size() {
        return values.size();
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** In the order of the keys. */
    public void forEach(BiConsumer<PolicyKey, String> action) {
        values.forEach(action);
    }

    /** In the order of the keys. */
    public Map<PolicyKey, String> asMap() {
        return Collections.unmodifiableMap(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PolicyValues that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        values.forEach((key, value) -> all.append(all.isEmpty() ? "" : ", ")
                .append(key.text())
                .append('=')
                .append(value));
        return "{" + all + "}";
    }
}
