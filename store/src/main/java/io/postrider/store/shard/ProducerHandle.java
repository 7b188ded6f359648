// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.store.machine.Result;
import io.postrider.store.queue.AddressState;
import org.jspecify.annotations.Nullable;

/** An open sending endpoint. State is owned by the shard's thread; calls from elsewhere hand over. */
final class ProducerHandle implements Producer, Completion, ShardEffects.Endpoint {
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final AdmissionGate gate;
    private final AddressState address;
    private final ProducerRequest request;
    private final ProducerListener listener;
    private final Ingress ingress;
    private final Holds holds;
    private long heldForRateUntilMs;
    private boolean isClosed;

    ProducerHandle(
            ShardRunner runner,
            ShardEffects effects,
            AdmissionGate gate,
            Ingress ingress,
            AddressState address,
            ProducerRequest request,
            ProducerListener listener) {
        this.runner = runner;
        this.effects = effects;
        this.gate = gate;
        this.ingress = ingress;
        this.address = address;
        this.request = request;
        this.listener = listener;
        this.holds = new Holds(listener);
    }

    @Override
    public AddressDefinition address() {
        return address.definition();
    }

    @Override
    public int addressId() {
        return address.id();
    }

    /** Its address. */
    AddressState state() {
        return address;
    }

    String user() {
        return request.user();
    }

    String container() {
        return request.containerId();
    }

    /** Why it gets no credit. */
    Holds holds() {
        return holds;
    }

    /** Holds it until a time, or longer; returns whether it was not held before. */
    boolean holdForRate(Rejection reason, long untilMs) {
        heldForRateUntilMs = Math.max(heldForRateUntilMs, untilMs);
        if (holds.has(Holds.Reason.RATE)) {
            return false;
        }
        holds.hold(Holds.Reason.RATE, reason);
        return true;
    }

    long heldForRateUntilMs() {
        return heldForRateUntilMs;
    }

    @Override
    public void publish(Message message, long token) {
        if (runner.isOwner()) {
            publishNow(message, token);
        } else {
            runner.run(() -> publishNow(message, token));
        }
    }

    private void publishNow(Message message, long token) {
        if (isClosed || runner.isFailed()) {
            return; // the listener was told that the fate of what is under way is unknown
        }
        Message shaped = ingress.shaped(address, message);
        String publisher = effects.needsPublisher(address) ? request.containerId() : null;
        if (!ingress.isRouted(address, shaped, publisher)) {
            publishUnrouted(shaped, token);
            return;
        }
        publishTo(address, shaped, publisher, token);
        ingress.book(address, this, shaped.sizeBytes());
    }

    /** Nobody at the topic wants it. */
    private void publishUnrouted(Message message, long token) {
        Rejection refusal = ingress.unrouted(address);
        if (refusal == null && ingress.hasAlternate(address)) {
            ingress.withAlternate(address, alternate -> {
                if (alternate == null) {
                    drop(message);
                    answer(token, noAlternate());
                } else {
                    publishTo(alternate, message, null, token);
                }
            });
            return;
        }
        drop(message);
        if (refusal == null) {
            effects.totals().published++;
            effects.totals().unrouted++;
        }
        answer(token, refusal);
    }

    private static Rejection noAlternate() {
        return new Rejection(ErrorCode.RESOURCE_DELETED, "The alternate address was deleted");
    }

    /** Gives up the body of a message that nobody gets. */
    private void drop(Message message) {
        LargeBody body = message.body();
        if (body != null) {
            runner.propose(new Command.DropBody(body.id()), null, 0);
        }
    }

    private void publishTo(AddressState target, Message message, @Nullable String publisher, long token) {
        // A large message's body is staged in the log, which must learn whose it is; an id is remembered there.
        boolean isNamed = message.body() != null || message.dedupeId() != null;
        // What stays for readers to come has to be where they can find it.
        boolean isKept = message.isDurable() || target.policy().is(PolicyKey.NON_DESTRUCTIVE);
        boolean isLogged = isNamed || (target.isLogged() && (isKept || effects.isSpilling(target)));
        Rejection full = gate.refusal(isLogged);
        if (full == null) {
            full = ingress.refusal(target);
        }
        if (full != null) {
            gate.countRefusal();
            answer(token, full);
            return;
        }
        if (!isLogged) {
            effects.totals().published++;
            if (ingress.drops(target)) {
                effects.totals().dropped++;
            } else {
                effects.publishSoft(target, message, publisher);
            }
            answer(token, null);
            return;
        }
        Command publish = new Command.Publish(target.id(), message, publisher);
        if (message.isDurable() || isNamed) {
            runner.propose(publish, this, token);
            return;
        }
        effects.spilled(target, 1);
        runner.propose(
                publish,
                (answered, result) -> {
                    effects.spilled(target, -1);
                    count(result);
                },
                0);
        answer(token, null); // it is in no worse a place than one that is in memory only
    }

    /** Publishes as part of a transaction: it waits there. */
    void publish(OpenTransaction transaction, Message message, long token) {
        if (isClosed || runner.isFailed()) {
            String text = "'" + address.definition().key() + "' takes no more messages from this sender";
            transaction.refused(text);
            answer(token, new Rejection(ErrorCode.RESOURCE_DELETED, text));
            return;
        }
        Message shaped = ingress.shaped(address, message);
        boolean isRouted = ingress.isRouted(address, shaped, request.containerId());
        Rejection refusal = gate.refusal(true);
        if (refusal == null) {
            refusal = isRouted ? ingress.refusal(address) : ingress.unrouted(address);
        }
        if (refusal != null) {
            gate.countRefusal();
            transaction.refused(refusal.text());
            answer(token, refusal);
        } else if (!isRouted && ingress.hasAlternate(address)) {
            ingress.withAlternate(address, alternate -> addTo(transaction, alternate, shaped, token));
        } else {
            addTo(transaction, address, shaped, token); // by its commit somebody may have subscribed
        }
    }

    private void addTo(OpenTransaction transaction, @Nullable AddressState target, Message message, long token) {
        if (target == null) {
            transaction.refused(noAlternate().text());
            answer(token, noAlternate());
            return;
        }
        answer(token, transaction.add(target.id(), request.containerId(), message));
        ingress.book(address, this, message.sizeBytes());
    }

    @Override
    public void applied(long token, Result result) {
        count(result);
        if (!isClosed) {
            answer(token, result.rejection());
        }
    }

    private void count(Result result) {
        if (result.rejection() == null) {
            effects.totals().published++;
        }
    }

    private void answer(long token, @Nullable Rejection rejection) {
        if (token != NO_REPLY) {
            listener.published(token, rejection);
        }
    }

    @Override
    public void close() {
        runner.run(() -> {
            isClosed = true;
            effects.unregister(this);
        });
    }

    @Override
    public void end(Rejection reason) {
        if (!isClosed) {
            isClosed = true;
            listener.closed(reason);
        }
    }

    @Override
    public void hold(Rejection reason) {
        holds.hold(Holds.Reason.BROKER, reason);
    }

    @Override
    public void resume() {
        holds.release(Holds.Reason.BROKER);
    }
}
