// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.context.PostriderContext;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.uri.ClientOptions;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import java.io.Serializable;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to a broker that speaks AMQP 1.0. Immutable, so any number of threads may use one.
 *
 * <p>The URI is {@code amqp://host:port?option=value&…} or {@code failover:(amqp://a:1,amqp://b:2)?option=value&…}, with
 * {@code amqps}, {@code amqpws} and {@code amqpwss} for TLS and WebSockets. Options carry the names of Qpid JMS, such as
 * {@code jms.username}, {@code jms.clientID}, {@code jms.prefetchPolicy.all}, {@code amqp.idleTimeout}; those of Artemis and
 * ActiveMQ are understood where they mean the same. An unknown option is an error that names the nearest known one. The
 * system property {@code io.postrider.NAME}, and POSTRIDER_NAME in the environment, is the default of each option.
 */
public class PostriderConnectionFactory
        implements ConnectionFactory, QueueConnectionFactory, TopicConnectionFactory, Serializable, Referenceable {
    private static final long serialVersionUID = 1L;

    public static final String DEFAULT_URI = "amqp://localhost:5672";
    /** System property with the URI of factories that are given none; POSTRIDER_JMS_URL in the environment is next. */
    public static final String URI_PROPERTY = "io.postrider.jms.url";
    /** Keys of a {@link Reference}'s addresses. */
    public static final String URI_KEY = "uri";

    public static final String USER_KEY = "username";
    public static final String PASSWORD_KEY = "password";

    private final String uri;
    private final @Nullable String user;
    private final @Nullable String password;

    /** Connects to the URI of {@link #URI_PROPERTY} or POSTRIDER_JMS_URL, or else to this machine. */
    public PostriderConnectionFactory() {
        this(defaultUri());
    }

    static String defaultUri() {
        String uri = System.getProperty(URI_PROPERTY, System.getenv("POSTRIDER_JMS_URL"));
        return uri == null ? DEFAULT_URI : uri;
    }

    /** @throws IllegalArgumentException if the URI or one of its options is wrong; the text says which */
    public PostriderConnectionFactory(String uri) {
        this(null, null, uri);
    }

    /**
     * @param user overrides the URI's; null leaves it
     * @throws IllegalArgumentException if the URI or one of its options is wrong; the text says which
     */
    public PostriderConnectionFactory(@Nullable String user, @Nullable String password, String uri) {
        this.uri = uri;
        this.user = user;
        this.password = password;
        ClientOptions.parse(uri);
    }

    public String getUri() {
        return uri;
    }

    ClientXaConnection connectXa(Domain domain, @Nullable String asUser, @Nullable String withPassword)
            throws JMSException {
        return new ClientXaConnection(ClientOptions.parse(uri), domain, asUser, withPassword);
    }

    ClientXaConnection connectXa(Domain domain) throws JMSException {
        ClientOptions.Identity identity = ClientOptions.parse(uri).identity();
        return user == null
                ? connectXa(domain, identity.user(), identity.password())
                : connectXa(domain, user, password);
    }

    private ClientConnection connect(Domain domain, @Nullable String asUser, @Nullable String withPassword)
            throws JMSException {
        return new ClientConnection(ClientOptions.parse(uri), domain, asUser, withPassword);
    }

    private ClientConnection connect(Domain domain) throws JMSException {
        ClientOptions.Identity identity = ClientOptions.parse(uri).identity();
        return user == null ? connect(domain, identity.user(), identity.password()) : connect(domain, user, password);
    }

    @Override
    public Connection createConnection() throws JMSException {
        return connect(Domain.COMMON);
    }

    @Override
    public Connection createConnection(@Nullable String userName, @Nullable String userPassword) throws JMSException {
        return connect(Domain.COMMON, userName, userPassword);
    }

    @Override
    public QueueConnection createQueueConnection() throws JMSException {
        return connect(Domain.QUEUE);
    }

    @Override
    public QueueConnection createQueueConnection(@Nullable String userName, @Nullable String userPassword)
            throws JMSException {
        return connect(Domain.QUEUE, userName, userPassword);
    }

    @Override
    public TopicConnection createTopicConnection() throws JMSException {
        return connect(Domain.TOPIC);
    }

    @Override
    public TopicConnection createTopicConnection(@Nullable String userName, @Nullable String userPassword)
            throws JMSException {
        return connect(Domain.TOPIC, userName, userPassword);
    }

    @Override
    public JMSContext createContext() {
        return createContext(JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        try {
            return PostriderContext.first(connect(Domain.COMMON), sessionMode);
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public JMSContext createContext(@Nullable String userName, @Nullable String userPassword) {
        return createContext(userName, userPassword, JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(@Nullable String userName, @Nullable String userPassword, int sessionMode) {
        try {
            return PostriderContext.first(connect(Domain.COMMON, userName, userPassword), sessionMode);
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public Reference getReference() {
        Reference reference = new Reference(getClass().getName(), PostriderDestination.OBJECT_FACTORY, null);
        reference.add(new StringRefAddr(URI_KEY, uri));
        if (user != null) {
            reference.add(new StringRefAddr(USER_KEY, user));
        }
        if (password != null) {
            reference.add(new StringRefAddr(PASSWORD_KEY, password));
        }
        return reference;
    }

    @Override
    public String toString() {
        int query = uri.indexOf('?');
        return getClass().getSimpleName() + "[" + (query < 0 ? uri : uri.substring(0, query)) + "]";
    }
}
