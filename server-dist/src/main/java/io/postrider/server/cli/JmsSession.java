// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One JMS connection with one session, for a command that sends or receives. Owned by the command's thread. */
final class JmsSession implements AutoCloseable {
    private final Connection connection;
    private final Session session;

    private JmsSession(Connection connection, Session session) {
        this.connection = connection;
        this.session = session;
    }

    /** What a command does with an open session. */
    interface Work {
        int run(JmsSession session) throws JMSException;
    }

    /** Connects, works, closes, and explains what goes wrong. */
    static int run(BrokerOptions broker, @Nullable String clientId, int acknowledgeMode, Work work) {
        String uri = broker.location().amqpUri();
        Optional<Login> login = broker.login();
        try (JmsSession session = open(uri, login, clientId, acknowledgeMode)) {
            return work.run(session);
        } catch (JMSException e) {
            throw explained(e, uri, login);
        }
    }

    static JmsSession open(String uri, Optional<Login> login, @Nullable String clientId, int acknowledgeMode)
            throws JMSException {
        PostriderConnectionFactory factory =
                new PostriderConnectionFactory(login.isPresent() && login.get().isOperator() ? withPlain(uri) : uri);
        Connection connection = login.isPresent()
                ? factory.createConnection(login.get().user(), login.get().password())
                : factory.createConnection();
        try {
            if (clientId != null) {
                connection.setClientID(clientId);
            }
            Session session = connection.createSession(false, acknowledgeMode);
            connection.start();
            return new JmsSession(connection, session);
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    /** An operator's token is no password: the broker has no SCRAM verifier of it. */
    private static String withPlain(String uri) {
        return uri + (uri.contains("?") ? "&" : "?") + "amqp.saslMechanisms=PLAIN";
    }

    Session session() {
        return session;
    }

    Destination destination(String address, boolean isTopic) throws JMSException {
        return isTopic ? session.createTopic(address) : session.createQueue(address);
    }

    private static CliException explained(JMSException e, String uri, Optional<Login> login) {
        if (e instanceof JMSSecurityException) {
            return new CliException(
                    ExitCode.DENIED,
                    login.isPresent()
                            ? "The broker at " + uri + " refused user "
                                    + login.get().user() + ": " + e.getMessage()
                            : "The broker at " + uri + " wants a user: give --user NAME, or --data DIR of a broker on"
                                    + " this machine",
                    e);
        }
        if (e instanceof InvalidSelectorException) {
            return new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return new CliException(
                        ExitCode.UNREACHABLE,
                        "No broker answers at " + uri + " (" + cause.getMessage() + "). Start one with 'postrider run',"
                                + " or say where it is with --data DIR or --amqp amqp://HOST:PORT",
                        e);
            }
        }
        return new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
