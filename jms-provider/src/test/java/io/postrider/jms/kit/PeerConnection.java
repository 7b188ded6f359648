// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Transport;

/** One connection of the scripted peer: an engine on a thread of its own, which alone touches the engine. */
public final class PeerConnection {
    private final ScriptedPeer script;
    private final Socket socket;
    private final Transport transport = Proton.transport();
    private final Connection connection = Proton.connection();
    private final Collector collector = Proton.collector();
    private final Sasl sasl = transport.sasl();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private final AtomicInteger tags = new AtomicInteger();

    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<byte[]> messages = new CopyOnWriteArrayList<>();
    private final List<Discharge> discharges = new CopyOnWriteArrayList<>();
    private final List<String> states = new CopyOnWriteArrayList<>();
    private final AtomicInteger declaredCount = new AtomicInteger();
    private final List<String> closedLinks = new CopyOnWriteArrayList<>();
    private final List<String> detachedLinks = new CopyOnWriteArrayList<>();
    private volatile boolean isEnded;

    /** What the client said of a delivery. */
    public record Outcome(int tag, DeliveryState state, boolean isSettled) {}

    PeerConnection(ScriptedPeer script, Socket socket) {
        this.script = script;
        this.socket = socket;
        connection.collect(collector);
        connection.setContainer("peer");
        sasl.server();
        sasl.allowSkip(false);
        sasl.setMechanisms(script.mechanisms.toArray(String[]::new));
        transport.setEmitFlowEventOnSend(false);
        transport.bind(connection);
    }

    void start() {
        Thread thread = new Thread(this::run, "peer-" + socket.getPort());
        thread.setDaemon(true);
        thread.start();
    }

    // ---- for tests

    /** Runs something on the peer's thread and waits for its result. */
    public <T> T call(Supplier<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(action.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }

    public void run(Runnable action) {
        call(() -> {
            action.run();
            return true;
        });
    }

    public Connection engine() {
        return connection;
    }

    /** The link whose name begins so; waits for it. */
    public Link link(String prefix) {
        Waiting.until(() -> find(prefix) != null);
        return find(prefix);
    }

    private Link find(String prefix) {
        return links.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** The only link that sends to the client. */
    public Sender sender() {
        Waiting.until(() -> links.values().stream().anyMatch(Sender.class::isInstance));
        return links.values().stream()
                .filter(Sender.class::isInstance)
                .map(Sender.class::cast)
                .findFirst()
                .orElseThrow();
    }

    public int credit() {
        Sender sender = sender();
        return call(sender::getCredit);
    }

    /** Sends a message to the client over its only consumer. */
    public void deliver(byte[] encoded) {
        Sender sender = sender();
        run(() -> {
            byte[] tag = ByteBuffer.allocate(4).putInt(tags.getAndIncrement()).array();
            sender.delivery(tag);
            sender.send(encoded, 0, encoded.length);
            sender.advance();
        });
    }

    public List<Outcome> outcomes() {
        return outcomes;
    }

    public List<byte[]> messages() {
        return messages;
    }

    public List<String> closedLinks() {
        return closedLinks;
    }

    public List<String> detachedLinks() {
        return detachedLinks;
    }

    public boolean isEnded() {
        return isEnded;
    }

    /** Drops the socket without a word. */
    public void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the peer's thread

    private void run() {
        byte[] buffer = new byte[65_536];
        try {
            socket.setSoTimeout(2);
            while (true) {
                int count = read(buffer);
                if (count < 0) {
                    return;
                }
                for (int fed = 0; fed < count; ) {
                    int part = Math.min(transport.capacity(), count - fed);
                    transport.tail().put(buffer, fed, part);
                    transport.process();
                    fed += part;
                }
                authenticate();
                for (Event event = collector.peek(); event != null; event = collector.peek()) {
                    handle(event);
                    collector.pop();
                }
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                write();
            }
        } catch (IOException e) {
            // The client or the test closed the socket.
            isEnded = true;
        } finally {
            isEnded = true;
            cut();
        }
    }

    private int read(byte[] buffer) throws IOException {
        try {
            return socket.getInputStream().read(buffer);
        } catch (SocketTimeoutException e) {
            return 0;
        }
    }

    private void write() throws IOException {
        while (transport.pending() > 0) {
            ByteBuffer head = transport.head();
            byte[] bytes = new byte[head.remaining()];
            head.get(bytes);
            if (!script.isSilent) {
                socket.getOutputStream().write(bytes);
            }
            transport.pop(bytes.length);
        }
    }

    private void authenticate() {
        String[] chosen = sasl.getRemoteMechanisms();
        if (sasl.getOutcome() != Sasl.SaslOutcome.PN_SASL_NONE || chosen.length == 0) {
            return;
        }
        byte[] response = new byte[Math.max(0, sasl.pending())];
        sasl.recv(response, 0, response.length);
        boolean isLetIn = !chosen[0].equals("PLAIN") || script.login.test(new String(response, StandardCharsets.UTF_8));
        sasl.done(isLetIn ? Sasl.SaslOutcome.PN_SASL_OK : Sasl.SaslOutcome.PN_SASL_AUTH);
    }

    private void handle(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> open();
            case CONNECTION_REMOTE_CLOSE -> connection.close();
            case SESSION_REMOTE_OPEN -> {
                event.getSession().setIncomingCapacity(Integer.MAX_VALUE);
                event.getSession().open();
            }
            case SESSION_REMOTE_CLOSE -> event.getSession().close();
            case LINK_REMOTE_OPEN -> attach(event.getLink());
            case LINK_REMOTE_CLOSE -> {
                links.remove(event.getLink().getName());
                closedLinks.add(event.getLink().getName());
                event.getLink().close();
                event.getLink().free();
            }
            case LINK_REMOTE_DETACH -> {
                links.remove(event.getLink().getName());
                detachedLinks.add(event.getLink().getName());
                event.getLink().detach();
                event.getLink().free();
            }
            case LINK_FLOW -> drain(event.getLink());
            case DELIVERY -> delivery(event.getDelivery());
            default -> {}
        }
    }

    private void open() {
        connection.setOfferedCapabilities(
                script.capabilities.stream().map(Symbol::valueOf).toArray(Symbol[]::new));
        connection.setProperties(script.properties);
        ErrorCondition refusal = script.openRefusal.apply(connection);
        if (refusal != null) {
            connection.setProperties(Map.of(Symbol.valueOf("amqp:connection-establishment-failed"), true));
        }
        connection.open();
        if (refusal != null) {
            connection.setCondition(refusal);
            connection.close();
        }
    }

    private void attach(Link link) {
        ErrorCondition refusal = script.attachRefusal.apply(link);
        if (refusal != null) {
            link.open();
            if (refusal.getCondition() != null) {
                link.setCondition(refusal);
            }
            link.close();
            return;
        }
        if (link.getRemoteTarget() instanceof Coordinator coordinator) {
            link.setSource(link.getRemoteSource());
            link.setTarget(coordinator);
            link.open();
            ((Receiver) link).flow(script.senderCredit);
            links.put(link.getName(), link);
            return;
        }
        Source source = (Source) link.getRemoteSource();
        Target target = (Target) link.getRemoteTarget();
        if (link instanceof Sender && source == null) {
            source = new Source();
        }
        if (source != null && !script.echoesFilters) {
            source = (Source) source.copy();
            source.setFilter(null);
        }
        if (target != null && target.getDynamic()) {
            target = (Target) target.copy();
            target.setAddress("temporary-" + tags.getAndIncrement());
        }
        link.setSource(source);
        link.setTarget(target);
        link.setSenderSettleMode(link.getRemoteSenderSettleMode());
        link.setReceiverSettleMode(link.getRemoteReceiverSettleMode());
        link.open();
        if (link instanceof Receiver receiver) {
            receiver.flow(script.senderCredit);
        }
        links.put(link.getName(), link);
    }

    private void control(Delivery delivery, byte[] bytes) {
        Object request = ((AmqpValue) Encoded.message(bytes).getBody()).getValue();
        if (request instanceof Discharge discharge) {
            discharges.add(discharge);
            DeliveryState answer = script.dischargeAnswer.apply(discharge);
            if (answer == null) {
                return;
            }
            delivery.disposition(answer);
        } else {
            Declared declared = new Declared();
            declared.setTxnId(new Binary(("txn" + declaredCount.get()).getBytes(StandardCharsets.US_ASCII)));
            declaredCount.incrementAndGet();
            delivery.disposition(declared);
        }
        delivery.settle();
    }

    public List<Discharge> discharges() {
        return discharges;
    }

    public int declaredCount() {
        return declaredCount.get();
    }

    /** The states that came with messages, as text. */
    public List<String> states() {
        return states;
    }

    private void drain(Link link) {
        if (link instanceof Sender sender && sender.getDrain() && script.answersDrain) {
            if (script.forgottenDrains.getAndDecrement() > 0) {
                return;
            }
            sender.drained();
        }
    }

    private void delivery(Delivery delivery) {
        if (delivery.getLink() instanceof Receiver receiver) {
            if (delivery.isReadable() && !delivery.isPartial()) {
                byte[] bytes = new byte[delivery.available()];
                receiver.recv(bytes, 0, bytes.length);
                receiver.advance();
                receiver.flow(1);
                if (receiver.getTarget() instanceof Coordinator) {
                    control(delivery, bytes);
                    return;
                }
                messages.add(bytes);
                states.add(String.valueOf(delivery.getRemoteState()));
                script.whenMessage.accept(delivery, bytes);
            }
            return;
        }
        if (delivery.getRemoteState() != null || delivery.remotelySettled()) {
            int tag = ByteBuffer.wrap(delivery.getTag()).getInt();
            outcomes.add(new Outcome(tag, delivery.getRemoteState(), delivery.remotelySettled()));
            if (delivery.remotelySettled() || script.confirmsOutcomes) {
                if (delivery.getLink().getLocalState() == EndpointState.ACTIVE) {
                    delivery.disposition(delivery.getRemoteState());
                }
                delivery.settle();
            }
        }
    }
}
