// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.error.RedirectedException;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.uri.Server;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The brokers a connection may turn to, and in which order it tries them. Any thread. */
final class ServerList {
    private final ClientOptions.Failover options;
    private final boolean allowsNonSecureRedirects;

    // Guarded by this.
    private List<Server> servers;

    ServerList(ClientOptions options) {
        this.options = options.failover();
        this.allowsNonSecureRedirects = options.transport().allowsNonSecureRedirects();
        this.servers = options.servers();
    }

    /** Takes over what a broker announced, as the options say. */
    synchronized void announced(List<Server> announced) {
        if (announced.isEmpty()) {
            return;
        }
        switch (options.serverList()) {
            case REPLACE -> servers = List.copyOf(announced);
            case ADD -> {
                List<Server> all = new ArrayList<>(servers);
                announced.stream().filter(server -> !all.contains(server)).forEach(all::add);
                servers = List.copyOf(all);
            }
            case IGNORE -> {}
        }
    }

    /**
     * The brokers of one round.
     *
     * @param current the one that was lost, which is tried last; null before the first connection
     * @param reason for the round; where it is a redirection, its target comes first
     */
    synchronized List<Server> round(@Nullable Server current, @Nullable JMSException reason) {
        List<Server> round = new ArrayList<>(servers);
        if (options.isRandom()) {
            Collections.shuffle(round);
        } else if (current != null && round.contains(current)) {
            Collections.rotate(round, -(round.indexOf(current) + 1));
        }
        if (current != null && reason instanceof RedirectedException redirected) {
            Server target = target(current, redirected);
            if (target != null) {
                round.remove(target);
                round.add(0, target);
            }
        }
        return round;
    }

    /** Null if the redirection leads from TLS to where everybody can read along. */
    private @Nullable Server target(Server current, RedirectedException redirected) {
        Server.Scheme scheme = redirected.scheme().isEmpty() ? current.scheme() : Server.Scheme.of(redirected.scheme());
        if (current.scheme().isTls() && !scheme.isTls() && !allowsNonSecureRedirects) {
            return null;
        }
        int port = redirected.port() < 0 ? scheme.defaultPort() : redirected.port();
        return new Server(scheme, redirected.host(), port, redirected.path());
    }
}
