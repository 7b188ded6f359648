// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Bytes of settings and rules: {@code values: count(4) { key: string, value: string }*}, {@code rule: pattern: string isConfigured(1) values}. Keys
 * are written by name, so that a store outlives their order. Stateless.
 */
final class PolicyCodec {
    private PolicyCodec() {}

    static void write(PolicyValues values, ByteWriter out) {
        out.putInt(values.size());
        values.forEach((key, value) -> {
            out.putString(key.text());
            out.putString(value);
        });
    }

    static PolicyValues readValues(ByteReader in) {
        int count = in.readCount(8);
        PolicyValues values = PolicyValues.NONE;
        for (int i = 0; i < count; i++) {
            String name = in.readString();
            PolicyKey key = PolicyKey.of(name);
            if (key == null) {
                throw new CodecException("Expected the name of a setting, but found '" + name + "'");
            }
            try {
                values = values.with(key, in.readString());
            } catch (IllegalArgumentException e) {
                throw new CodecException(String.valueOf(e.getMessage()));
            }
        }
        return values;
    }

    static void write(PolicyRule rule, ByteWriter out) {
        out.putString(rule.pattern().text());
        out.putBoolean(rule.isConfigured());
        write(rule.values(), out);
    }

    static PolicyRule readRule(ByteReader in) {
        AddressPattern pattern = readPattern(in);
        boolean isConfigured = in.readBoolean();
        return new PolicyRule(pattern, readValues(in), isConfigured);
    }

    static AddressPattern readPattern(ByteReader in) {
        try {
            return new AddressPattern(in.readString());
        } catch (IllegalArgumentException e) {
            throw new CodecException(String.valueOf(e.getMessage()));
        }
    }

    static void write(Collection<PolicyRule> rules, ByteWriter out) {
        out.putInt(rules.size());
        rules.forEach(rule -> write(rule, out));
    }

    static List<PolicyRule> readRules(ByteReader in) {
        int count = in.readCount(9);
        List<PolicyRule> rules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rules.add(readRule(in));
        }
        return rules;
    }
}
