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
    /** Token of a non-durable message that goes to the log; it was answered before. */
    private static final long SPILLED = -2;

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
                    answer(token, new Rejection(ErrorCode.RESOURCE_DELETED, "The alternate address was deleted"));
                } else {
                    publishTo(alternate, message, null, token);
                }
            });
            return;
        }
        LargeBody body = message.body();
        if (body != null) {
            runner.propose(new Command.DropBody(body.id()), null, 0);
        }
        if (refusal == null) {
            effects.totals().published++;
            effects.totals().unrouted++;
        }
        answer(token, refusal);
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
        boolean isAwaited = message.isDurable() || isNamed;
        runner.propose(new Command.Publish(target.id(), message, publisher), this, isAwaited ? token : SPILLED);
        if (!isAwaited) {
            effects.spilled(address, 1);
            answer(token, null); // it is in no worse a place than one that is in memory only
        }
    }

    /** Publishes as part of a transaction: it waits there. */
    void publish(OpenTransaction transaction, Message message, long token) {
        if (isClosed || runner.isFailed()) {
            String text = "'" + address.definition().key() + "' takes no more messages from this sender";
            transaction.refused(text);
            answer(token, new Rejection(ErrorCode.RESOURCE_DELETED, text));
            return;
        }
        Rejection refusal = gate.refusal(true);
        if (refusal == null) {
            refusal = ingress.refusal(address);
        }
        if (refusal != null) {
            gate.countRefusal();
            transaction.refused(refusal.text());
        } else {
            refusal = transaction.add(address.id(), request.containerId(), ingress.shaped(address, message));
            ingress.book(address, this, message.sizeBytes());
        }
        answer(token, refusal);
    }

    @Override
    public void applied(long token, Result result) {
        if (token == SPILLED) {
            effects.spilled(address, -1);
        }
        if (result.rejection() == null) {
            effects.totals().published++;
        }
        if (!isClosed && token != SPILLED) {
            answer(token, result.rejection());
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
