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
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final MemoryGate gate;
    private final AddressState address;
    private final ProducerRequest request;
    private final ProducerListener listener;
    private boolean isClosed;

    ProducerHandle(
            ShardRunner runner,
            ShardEffects effects,
            MemoryGate gate,
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
        Rejection full = gate.refusal();
        if (full != null) {
            gate.countRefusal();
            answer(token, full);
            return;
        }
        String publisher = effects.needsPublisher(address) ? request.containerId() : null;
        boolean isLogged = message.isDurable() || effects.isSpilling(address);
        if (isLogged && !address.subscriptions().isEmpty()) {
            boolean isAwaited = message.isDurable();
            runner.propose(new Command.Publish(address.id(), message, publisher), this, isAwaited ? token : NO_REPLY);
            if (!isAwaited) {
                answer(token, null); // it is in no worse a place than one that is in memory only
            }
        } else {
            effects.totals().published++;
            effects.publishSoft(address, message, publisher);
            answer(token, null);
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
        Rejection refusal = gate.refusal();
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
        if (result.rejection() == null) {
            effects.totals().published++;
        }
        if (!isClosed) {
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
