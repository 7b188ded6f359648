// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.List;

/** Reads the settings of addresses: what holds for all of them, and the list of patterns with what is different for their names. */
final class PolicySettings {
    private final SmallRyeConfig config;
    private final SettingReader reader;

    PolicySettings(SmallRyeConfig config, SettingReader reader) {
        this.config = config;
        this.reader = reader;
    }

    List<PolicyRule> read() {
        List<PolicyRule> rules = new ArrayList<>();
        PolicyValues common = values(ConfigKey.ADDRESSES);
        if (!common.isEmpty()) {
            rules.add(PolicyRule.configured(AddressPattern.ALL.text(), common));
        }
        for (int index : config.getIndexedPropertiesIndexes(ConfigKey.POLICIES)) {
            String element = ConfigKey.POLICIES + "[" + index + "].";
            rules.add(PolicyRule.configured(pattern(element + ConfigKey.PATTERN, rules), values(element)));
        }
        return rules;
    }

    private String pattern(String key, List<PolicyRule> before) {
        String text = reader.text(key, "");
        AddressPattern pattern;
        try {
            pattern = new AddressPattern(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, "a pattern of address names (" + e.getMessage() + ")", text);
        }
        if (before.stream().anyMatch(rule -> rule.pattern().equals(pattern))) {
            throw new InvalidSettingException(
                    key, "a pattern that no other entry has (# stands for all addresses)", text);
        }
        return text;
    }

    private PolicyValues values(String prefix) {
        PolicyValues values = PolicyValues.NONE;
        for (PolicyKey key : PolicyKey.values()) {
            String name = prefix + key.text();
            // The name as it is, or empty: an empty text is a value here, one that is not there is not.
            String text = config.getConfigValue(name).getRawValue();
            if (text == null) {
                continue;
            }
            try {
                values = values.with(key, text.strip());
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(name, key.type().expected(), text.strip());
            }
        }
        return values;
    }
}
