// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.postrider.api.address.PolicyRule;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: command line before environment before file before defaults. Any unknown name or bad value
 * refuses the whole, and all problems are reported at once. Use once, from one thread.
 */
public final class ConfigLoader {
    /** Variables of the command line client and the start script; they are not settings of the broker. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "POSTRIDER_DATA",
            "POSTRIDER_URL",
            "POSTRIDER_AMQP",
            "POSTRIDER_USER",
            "POSTRIDER_PASSWORD",
            "POSTRIDER_OPTS",
            "POSTRIDER_JAVA_OPTS",
            "POSTRIDER_HOME",
            "POSTRIDER_HEAP");

    private final List<String> problems = new ArrayList<>();
    private final List<TextSource> sources = new ArrayList<>();

    public ConfigLoader() {
        TextSource defaults = new TextSource(TextSource.ORDINAL_DEFAULT);
        for (ConfigKey key : ConfigKey.values()) {
            defaults.with(key.key(), key.defaultText(), "default");
        }
        sources.add(defaults);
    }

    public ConfigLoader file(Path yaml) {
        sources.add(YamlFile.read(yaml, problems));
        return this;
    }

    /**
     * Takes every variable that starts with {@code POSTRIDER_}: {@code amqp.port} is {@code POSTRIDER_AMQP_PORT}. Those
     * that Kubernetes makes for a service named {@code postrider} are left alone.
     */
    public ConfigLoader environment(Map<String, String> variables) {
        TextSource source = new TextSource(TextSource.ORDINAL_ENVIRONMENT);
        Map<String, ConfigKey> known =
                Arrays.stream(ConfigKey.values()).collect(Collectors.toMap(ConfigKey::environmentName, key -> key));
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            String name = variable.getKey();
            ConfigKey key = known.get(name);
            if (key != null) {
                source.with(key.key(), variable.getValue(), "environment variable " + name);
            } else if (name.startsWith("POSTRIDER_")
                    && !OTHER_VARIABLES.contains(name)
                    && !name.startsWith("POSTRIDER_SERVICE_")
                    && !name.startsWith("POSTRIDER_PORT")) {
                problems.add("environment variable " + name + ": no such setting"
                        + suggestion(NearestName.of(name, known.keySet()).orElse(null)));
            }
        }
        sources.add(source);
        return this;
    }

    /** @param assignments each {@code key=value}, as given to {@code --set} */
    public ConfigLoader assignments(List<String> assignments) {
        TextSource source = new TextSource(TextSource.ORDINAL_COMMAND_LINE);
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                problems.add("--set " + assignment + ": expected key=value");
            } else {
                source.with(
                        assignment.substring(0, equals).strip(),
                        assignment.substring(equals + 1),
                        "--set " + assignment);
            }
        }
        sources.add(source);
        return this;
    }

    /** @throws ConfigException listing everything that is wrong */
    public ServerConfig load() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(sources.toArray(new TextSource[0]))
                .build();
        SettingReader reader = new SettingReader(config, problems);
        reportUnknown();
        AmqpConfig amqp = reader.read(() -> new AmqpConfig(
                reader.text(ConfigKey.AMQP_HOST),
                reader.number(ConfigKey.AMQP_PORT),
                Math.toIntExact(Math.min(Integer.MAX_VALUE, reader.size(ConfigKey.AMQP_MAX_FRAME_SIZE))),
                reader.size(ConfigKey.AMQP_MAX_MESSAGE_SIZE),
                reader.number(ConfigKey.AMQP_IDLE_TIMEOUT),
                reader.number(ConfigKey.AMQP_OPEN_TIMEOUT),
                reader.number(ConfigKey.AMQP_CONNECTIONS_MAX),
                reader.number(ConfigKey.AMQP_CHANNEL_MAX),
                reader.number(ConfigKey.AMQP_HANDLE_MAX),
                reader.number(ConfigKey.AMQP_PRODUCER_CREDIT)));
        SecurityConfig security = reader.read(() -> security(reader));
        HttpConfig http = reader.read(() -> new HttpConfig(
                reader.text(ConfigKey.HTTP_HOST),
                reader.number(ConfigKey.HTTP_PORT),
                reader.flag(ConfigKey.HTTP_METRICS_OPEN)));
        StoreConfig store = reader.read(() -> new StoreConfig(
                path(reader),
                reader.size(ConfigKey.JOURNAL_SEGMENT),
                reader.size(ConfigKey.CHECKPOINT_TRIGGER),
                reader.size(ConfigKey.SCRUB_RATE),
                reader.number(ConfigKey.SCRUB_PERIOD),
                reader.size(ConfigKey.DISK_MIN_FREE),
                reader.size(ConfigKey.MEMORY_MESSAGES),
                reader.size(ConfigKey.TRANSACTIONS_BYTES),
                reader.number(ConfigKey.TRANSACTIONS_TIMEOUT)));
        List<PolicyRule> policies = reader.read(() -> new PolicySettings(config, reader).read());
        ServerConfig server = amqp == null || security == null || http == null || store == null || policies == null
                ? null
                : reader.read(() -> new ServerConfig(
                        amqp,
                        security,
                        http,
                        store,
                        policies,
                        reader.flag(ConfigKey.AUTH_ANONYMOUS),
                        reader.number(ConfigKey.THREADS_EVENT_LOOPS),
                        reader.flag(ConfigKey.METRICS_PER_QUEUE)));
        if (server == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return server;
    }

    private static SecurityConfig security(SettingReader reader) {
        Path keys = reader.file(ConfigKey.OAUTH_KEYS);
        return new SecurityConfig(
                reader.choice(ConfigKey.AMQP_TLS, SecurityConfig.Tls.class),
                reader.file(ConfigKey.TLS_CERTIFICATE),
                reader.file(ConfigKey.TLS_KEY),
                reader.file(ConfigKey.TLS_CLIENT_CA),
                reader.choice(ConfigKey.TLS_CLIENT_AUTH, SecurityConfig.ClientAuth.class),
                reader.flag(ConfigKey.AUTH_PLAIN_WITHOUT_TLS),
                reader.flag(ConfigKey.AMQP_WEBSOCKET),
                reader.flag(ConfigKey.AMQP_PROXY_PROTOCOL),
                reader.number(ConfigKey.AMQP_CONNECTIONS_PER_ADDRESS_MAX),
                keys == null
                        ? null
                        : new SecurityConfig.Tokens(
                                keys,
                                reader.name(ConfigKey.OAUTH_ISSUER.key(), ""),
                                reader.name(ConfigKey.OAUTH_AUDIENCE.key(), ""),
                                reader.text(ConfigKey.OAUTH_USER_CLAIM),
                                reader.text(ConfigKey.OAUTH_ROLES_CLAIM)));
    }

    private static Path path(SettingReader reader) {
        String text = reader.text(ConfigKey.DATA_DIR);
        InvalidSettingException.check(!text.isEmpty(), ConfigKey.DATA_DIR, "a directory", text);
        return Path.of(text);
    }

    private void reportUnknown() {
        for (TextSource source : sources) {
            for (ConfigValue value : source.getConfigValueProperties().values()) {
                String name = value.getName();
                if (!ConfigKey.isKnown(name)) {
                    String nearest = ConfigKey.nearest(name).orElse(null);
                    problems.add(value.getConfigSourceName() + ": no such setting: " + name + suggestion(nearest));
                }
            }
        }
    }

    private static String suggestion(@Nullable String nearest) {
        return nearest == null
                ? "; conf/postrider.yaml lists all of them"
                : String.format(Locale.ROOT, "; did you mean %s?", nearest);
    }
}
