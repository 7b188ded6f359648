// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyTable;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.List;

/** Reads address policies: the common values first, then the list of patterns, which inherit what they do not set. */
final class PolicySettings {
    private final SmallRyeConfig config;
    private final SettingReader reader;

    PolicySettings(SmallRyeConfig config, SettingReader reader) {
        this.config = config;
        this.reader = reader;
    }

    PolicyTable read() {
        AddressPolicy fallback = policy("addresses.");
        List<PolicyTable.Rule> rules = new ArrayList<>();
        for (int index : config.getIndexedPropertiesIndexes(ConfigKey.POLICIES)) {
            String element = ConfigKey.POLICIES + "[" + index + "].";
            String pattern = reader.text(element + ConfigKey.PATTERN, "");
            if (pattern.isEmpty() || pattern.substring(0, pattern.length() - 1).contains("*")) {
                throw new InvalidSettingException(
                        element + ConfigKey.PATTERN, "an address name, or a prefix followed by *", pattern);
            }
            rules.add(new PolicyTable.Rule(pattern, policy(element)));
        }
        return new PolicyTable(rules, fallback);
    }

    private AddressPolicy policy(String prefix) {
        int attempts = reader.number(
                prefix + ConfigKey.MAX_DELIVERY_ATTEMPTS, reader.text(ConfigKey.ADDRESSES_MAX_DELIVERY_ATTEMPTS));
        int delayMs =
                reader.number(prefix + ConfigKey.REDELIVERY_DELAY, reader.text(ConfigKey.ADDRESSES_REDELIVERY_DELAY));
        if (attempts < 0) {
            throw new InvalidSettingException(
                    prefix + ConfigKey.MAX_DELIVERY_ATTEMPTS, "a number of at least 0 (0: no limit)", attempts);
        }
        if (delayMs < 0) {
            throw new InvalidSettingException(prefix + ConfigKey.REDELIVERY_DELAY, "at least 0 ms", delayMs);
        }
        return new AddressPolicy(
                reader.flag(prefix + ConfigKey.AUTO_CREATE, reader.text(ConfigKey.ADDRESSES_AUTO_CREATE)),
                attempts,
                reader.name(prefix + ConfigKey.DEAD_LETTER, reader.text(ConfigKey.ADDRESSES_DEAD_LETTER)),
                reader.name(prefix + ConfigKey.EXPIRY, reader.text(ConfigKey.ADDRESSES_EXPIRY)),
                delayMs);
    }
}
