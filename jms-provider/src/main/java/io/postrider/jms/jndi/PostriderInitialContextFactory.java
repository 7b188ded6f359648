// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.jndi;

import io.postrider.jms.PostriderConnectionFactory;
import io.postrider.jms.PostriderXAConnectionFactory;
import io.postrider.jms.destination.PostriderQueue;
import io.postrider.jms.destination.PostriderTopic;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * A naming context made of properties, for programs without a naming service:
 *
 * <pre>
 * java.naming.factory.initial = io.postrider.jms.jndi.PostriderInitialContextFactory
 * connectionFactory.NAME = amqp://localhost:5672
 * property.connectionFactory.NAME.username = ...
 * property.connectionFactory.NAME.password = ...
 * queue.NAME = orders
 * topic.NAME = prices
 * </pre>
 *
 * <p>{@code java.naming.provider.url} may name a file with more such properties. The names {@code dynamicQueues/x} and
 * {@code dynamicTopics/x} always work. Without any connection factory there is one called {@code ConnectionFactory} for the
 * default URI.
 */
public final class PostriderInitialContextFactory implements InitialContextFactory {
    private static final String FACTORY = "connectionfactory.";
    private static final String XA_FACTORY = "xaconnectionfactory.";
    private static final String FACTORY_PROPERTY = "property.connectionfactory.";
    private static final String QUEUE = "queue.";
    private static final String TOPIC = "topic.";
    private static final String DEFAULT_FACTORY_NAME = "ConnectionFactory";

    @Override
    public Context getInitialContext(@Nullable Hashtable<?, ?> environment) throws NamingException {
        Map<String, String> properties = new TreeMap<>();
        if (environment != null) {
            Object file = environment.get(Context.PROVIDER_URL);
            if (file != null) {
                load(file.toString(), properties);
            }
            environment.forEach((key, value) -> properties.put(String.valueOf(key), String.valueOf(value)));
        }
        return new PropertiesContext(bindings(properties), environment);
    }

    private static void load(String location, Map<String, String> into) throws NamingException {
        Properties loaded = new Properties();
        Path path = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
        try (InputStream in = Files.newInputStream(path)) {
            loaded.load(in);
        } catch (IOException e) {
            NamingException failure = new NamingException("Cannot read the properties in " + location);
            failure.setRootCause(e);
            throw failure;
        }
        loaded.forEach((key, value) -> into.put(String.valueOf(key), String.valueOf(value)));
    }

    private static Map<String, Object> bindings(Map<String, String> properties) throws NamingException {
        Map<String, String> lowerCase = new TreeMap<>();
        properties.forEach((key, value) -> lowerCase.put(lower(key), value));
        Map<String, Object> bindings = new TreeMap<>();
        boolean hasFactory = false;
        for (Map.Entry<String, String> entry : properties.entrySet()) {
            String key = entry.getKey();
            String kind = lower(key);
            if (kind.startsWith(FACTORY)) {
                hasFactory = true;
                String name = key.substring(FACTORY.length());
                bindings.put(name, factory(kind, name, entry.getValue(), lowerCase, PostriderConnectionFactory::new));
            } else if (kind.startsWith(XA_FACTORY)) {
                hasFactory = true;
                String name = key.substring(XA_FACTORY.length());
                bindings.put(name, factory(kind, name, entry.getValue(), lowerCase, PostriderXAConnectionFactory::new));
            } else if (kind.startsWith(QUEUE)) {
                bindings.put(key.substring(QUEUE.length()), new PostriderQueue(entry.getValue()));
            } else if (kind.startsWith(TOPIC)) {
                bindings.put(key.substring(TOPIC.length()), new PostriderTopic(entry.getValue()));
            }
        }
        if (!hasFactory) {
            bindings.put(DEFAULT_FACTORY_NAME, new PostriderConnectionFactory());
        }
        return bindings;
    }

    /** Makes a factory of one kind. */
    private interface Maker {
        PostriderConnectionFactory make(@Nullable String user, @Nullable String password, String uri);
    }

    private static PostriderConnectionFactory factory(
            String key, String name, String uri, Map<String, String> lowerCase, Maker maker) throws NamingException {
        String own = FACTORY_PROPERTY + lower(name) + ".";
        try {
            return maker.make(lowerCase.get(own + "username"), lowerCase.get(own + "password"), uri);
        } catch (IllegalArgumentException e) {
            NamingException failure = new NamingException(key + ": " + e.getMessage());
            failure.setRootCause(e);
            throw failure;
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
