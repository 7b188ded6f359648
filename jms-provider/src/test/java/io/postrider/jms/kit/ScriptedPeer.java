// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;

/**
 * The other side of a client in tests: accepts connections on loopback, agrees to everything unless told otherwise, keeps
 * what it was sent and lets the test act in its place. What it does on its own is set before the client connects.
 */
public final class ScriptedPeer implements AutoCloseable {
    private final ServerSocket server;
    private final List<PeerConnection> connections = new CopyOnWriteArrayList<>();

    // Set by the test before the client connects; read by the threads of the connections.
    volatile List<String> capabilities = List.of("ANONYMOUS-RELAY", "DELAYED_DELIVERY", "SHARED-SUBS");
    volatile Map<Symbol, Object> properties = Map.of();
    volatile List<String> mechanisms = List.of("PLAIN", "ANONYMOUS");
    volatile Predicate<String> login = response -> true;
    volatile Function<Connection, ErrorCondition> openRefusal = connection -> null;
    volatile Function<Link, ErrorCondition> attachRefusal = link -> null;
    volatile BiConsumer<Delivery, byte[]> whenMessage = (delivery, bytes) -> {
        delivery.disposition(Accepted.getInstance());
        delivery.settle();
    };
    volatile Function<Discharge, DeliveryState> dischargeAnswer = discharge -> Accepted.getInstance();
    volatile boolean echoesFilters = true;
    volatile boolean answersDrain = true;
    final AtomicInteger forgottenDrains = new AtomicInteger();
    volatile boolean isSilent;
    volatile boolean confirmsOutcomes = true;
    volatile int senderCredit = 100;

    public ScriptedPeer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread acceptor = new Thread(this::accept, "peer-acceptor");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                PeerConnection connection = new PeerConnection(this, socket);
                connections.add(connection);
                connection.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    public String uri() {
        return "amqp://127.0.0.1:" + server.getLocalPort();
    }

    public ScriptedPeer offering(String... offered) {
        capabilities = List.of(offered);
        return this;
    }

    public ScriptedPeer announcing(Map<Symbol, Object> openProperties) {
        properties = openProperties;
        return this;
    }

    public ScriptedPeer mechanisms(String... names) {
        mechanisms = List.of(names);
        return this;
    }

    /** @param test given the PLAIN response */
    public ScriptedPeer login(Predicate<String> test) {
        login = test;
        return this;
    }

    /** @param refusal gives the condition to close a connection with right after its open, or null */
    public ScriptedPeer refusingOpen(Function<Connection, ErrorCondition> refusal) {
        openRefusal = refusal;
        return this;
    }

    /** @param refusal gives the condition to refuse a link with, or null; one without a symbol detaches without error */
    public ScriptedPeer refusingLinks(Function<Link, ErrorCondition> refusal) {
        attachRefusal = refusal;
        return this;
    }

    /** @param action what to do with an arrived message, on the peer's thread; the default accepts it */
    public ScriptedPeer onMessage(BiConsumer<Delivery, byte[]> action) {
        whenMessage = action;
        return this;
    }

    /** @param answer to the end of a transaction; null says nothing */
    public ScriptedPeer answeringDischarge(Function<Discharge, DeliveryState> answer) {
        dischargeAnswer = answer;
        return this;
    }

    public int port() {
        return server.getLocalPort();
    }

    public ScriptedPeer droppingFilters() {
        echoesFilters = false;
        return this;
    }

    public ScriptedPeer ignoringDrains() {
        answersDrain = false;
        return this;
    }

    /** Forgets the first so many drains. */
    public ScriptedPeer forgettingDrains(int count) {
        forgottenDrains.set(count);
        return this;
    }

    /** Does not settle outcomes that were sent unsettled. */
    public ScriptedPeer notConfirming() {
        confirmsOutcomes = false;
        return this;
    }

    public ScriptedPeer givingCredit(int credit) {
        senderCredit = credit;
        return this;
    }

    /** From now on sends nothing, whatever it should. */
    public void fallSilent() {
        isSilent = true;
    }

    /** The n-th connection a client made, from 0. */
    public PeerConnection connection(int index) {
        Waiting.until(() -> connections.size() > index);
        return connections.get(index);
    }

    public PeerConnection connection() {
        return connection(0);
    }

    public List<PeerConnection> connections() {
        return new ArrayList<>(connections);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(PeerConnection::cut);
    }
}
