// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.postrider.api.address.PolicyKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every setting the broker knows, with its default. The names are stable. */
enum ConfigKey {
    AMQP_HOST("amqp.host", "127.0.0.1"),
    AMQP_PORT("amqp.port", "5672"),
    AMQP_MAX_FRAME_SIZE("amqp.max-frame-size-bytes", "256KiB"),
    AMQP_MAX_MESSAGE_SIZE("amqp.max-message-size-bytes", "16GiB"),
    AMQP_IDLE_TIMEOUT("amqp.idle-timeout-ms", "60000"),
    AMQP_OPEN_TIMEOUT("amqp.open-timeout-ms", "10000"),
    AMQP_CONNECTIONS_MAX("amqp.connections-max", "10000"),
    AMQP_CHANNEL_MAX("amqp.channel-max", "1023"),
    AMQP_HANDLE_MAX("amqp.handle-max", "4095"),
    AMQP_PRODUCER_CREDIT("amqp.producer-credit", "1000"),
    AMQP_TLS("amqp.tls", "off"),
    AMQP_WEBSOCKET("amqp.websocket", "true"),
    AMQP_PROXY_PROTOCOL("amqp.proxy-protocol", "false"),
    AMQP_CONNECTIONS_PER_ADDRESS_MAX("amqp.connections-per-address-max", "0"),
    TLS_CERTIFICATE("tls.certificate-file", ""),
    TLS_KEY("tls.key-file", ""),
    TLS_CLIENT_CA("tls.client-ca-file", ""),
    TLS_CLIENT_AUTH("tls.client-auth", "none"),
    HTTP_HOST("http.host", "127.0.0.1"),
    HTTP_PORT("http.port", "8161"),
    HTTP_METRICS_OPEN("http.metrics-open", "false"),
    AUTH_ANONYMOUS("auth.anonymous", "false"),
    AUTH_PLAIN_WITHOUT_TLS("auth.plain-without-tls", "true"),
    OAUTH_KEYS("oauth.keys-file", ""),
    OAUTH_ISSUER("oauth.issuer", ""),
    OAUTH_AUDIENCE("oauth.audience", ""),
    OAUTH_USER_CLAIM("oauth.user-claim", "sub"),
    OAUTH_ROLES_CLAIM("oauth.roles-claim", "roles"),
    DATA_DIR("data.dir", "./data"),
    JOURNAL_SEGMENT("journal.segment-bytes", "64MiB"),
    CHECKPOINT_TRIGGER("checkpoint.trigger-bytes", "256MiB"),
    SCRUB_RATE("scrub.bytes-per-second", "8MiB"),
    SCRUB_PERIOD("scrub.period-ms", "604800000"),
    DISK_MIN_FREE("disk.min-free-bytes", "256MiB"),
    MEMORY_MESSAGES("memory.messages-bytes", "0"),
    TRANSACTIONS_BYTES("transactions.bytes-max", "16MiB"),
    TRANSACTIONS_TIMEOUT("transactions.timeout-ms", "300000"),
    THREADS_EVENT_LOOPS("threads.event-loops", "0"),
    METRICS_PER_QUEUE("metrics.per-queue", "false");

    /** The list of policies for name patterns: {@code addresses.policies[0].pattern} and so on. */
    static final String POLICIES = "addresses.policies";

    static final String PATTERN = "pattern";
    /** What comes before the name of a setting that holds for every address. */
    static final String ADDRESSES = "addresses.";

    static final List<String> POLICY_FIELDS = policyFields();

    private static final Pattern POLICY_KEY =
            Pattern.compile("(" + Pattern.quote(POLICIES) + "\\[\\d{1,5}]\\.|" + Pattern.quote(ADDRESSES) + ")(.*)");

    private static List<String> policyFields() {
        List<String> fields = new ArrayList<>(List.of(PATTERN));
        for (PolicyKey key : PolicyKey.values()) {
            fields.add(key.text());
        }
        return List.copyOf(fields);
    }

    private final String key;
    private final String defaultText;

    ConfigKey(String key, String defaultText) {
        this.key = key;
        this.defaultText = defaultText;
    }

    String key() {
        return key;
    }

    String defaultText() {
        return defaultText;
    }

    /** The environment variable that sets this key. */
    String environmentName() {
        return "POSTRIDER_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static boolean isKnown(String name) {
        return Arrays.stream(values()).anyMatch(key -> key.key.equals(name)) || isPolicyKey(name);
    }

    private static boolean isPolicyKey(String name) {
        Matcher matcher = POLICY_KEY.matcher(name);
        return matcher.matches() && POLICY_FIELDS.contains(matcher.group(2)) && !name.equals(ADDRESSES + PATTERN);
    }

    /** The known name that was probably meant, written for the same list element where it is one of a policy. */
    static Optional<String> nearest(String name) {
        List<String> candidates = new ArrayList<>();
        for (ConfigKey key : values()) {
            candidates.add(key.key);
        }
        for (PolicyKey key : PolicyKey.values()) {
            candidates.add(ADDRESSES + key.text());
        }
        int bracket = name.indexOf(']');
        String element = bracket > 0 ? name.substring(0, bracket + 1) : POLICIES + "[0]";
        for (String field : POLICY_FIELDS) {
            candidates.add((element.startsWith(POLICIES + "[") ? element : POLICIES + "[0]") + "." + field);
        }
        return NearestName.of(name, candidates);
    }
}
