// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.store.machine.Result;
import io.postrider.store.queue.AddressState;

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
    private boolean isClosed;

    ProducerHandle(
            ShardRunner runner,
            ShardEffects effects,
            AdmissionGate gate,
            AddressState address,
            ProducerRequest request,
            ProducerListener listener) {
        this.runner = runner;
        this.effects = effects;
        this.gate = gate;
        this.address = address;
        this.request = request;
        this.listener = listener;
    }

    @Override
    public AddressDefinition address() {
        return address.definition();
    }

    @Override
    public int addressId() {
        return address.id();
    }

    ProducerListener listener() {
        return listener;
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
        // A large message's body is staged in the log, which must learn whose it is.
        boolean isLarge = message.body() != null;
        boolean isLogged =
                isLarge || (!address.subscriptions().isEmpty() && (message.isDurable() || effects.isSpilling(address)));
        Rejection full = gate.refusal(isLogged);
        if (full != null) {
            gate.countRefusal();
            answer(token, full);
            return;
        }
        String publisher = effects.needsPublisher(address) ? request.containerId() : null;
        if (!isLogged) {
            effects.totals().published++;
            effects.publishSoft(address, message, publisher);
            answer(token, null);
            return;
        }
        boolean isAwaited = message.isDurable() || isLarge;
        runner.propose(new Command.Publish(address.id(), message, publisher), this, isAwaited ? token : SPILLED);
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
        if (refusal != null) {
            gate.countRefusal();
            transaction.refused(refusal.text());
        } else {
            refusal = transaction.add(address.id(), request.containerId(), message);
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

    private void answer(long token, @org.jspecify.annotations.Nullable Rejection rejection) {
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
        listener.blocked(reason);
    }

    @Override
    public void resume() {
        listener.unblocked();
    }
}
