// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.Producer;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.dispatch.Ends;
import io.postrider.store.dispatch.Pending;
import io.postrider.store.dispatch.Provisional;
import io.postrider.store.machine.Result;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A local transaction, in memory until it ends. State is owned by the shard's thread; calls from elsewhere hand over.
 *
 * <p>Its end is one command. A commit holds the messages and what becomes of the deliveries, a roll-back the way back of the deliveries; either
 * is answered when it is applied. A crash before that leaves nothing of the transaction.
 */
final class OpenTransaction implements Transaction, Ends, Completion {

    private enum Phase {
        OPEN,
        COMMITTING,
        ROLLING_BACK,
        PREPARING,
        PREPARED,
        ENDED
    }

    private record Sent(int addressId, String publisher, Message message) {}

    private final Transactions transactions;
    private final ShardRunner runner;
    private final String connectionId;
    private final long deadlineMs;
    private final List<Sent> sent = new ArrayList<>();
    private final List<Provisional> ends = new ArrayList<>();
    private final List<Command> parts = new ArrayList<>();
    private final Map<Dispatcher, Pending> settles = new LinkedHashMap<>();
    private Phase phase = Phase.OPEN;
    private long bytes;
    /** Messages that must be read before the command is whole. */
    private int reads;
    /** Why a commit must roll back; null while it need not. */
    private @Nullable Rejection doom;

    private @Nullable Reply<End> reply;

    private @Nullable BranchId branch;

    private @Nullable Reply<Boolean> prepareReply;

    OpenTransaction(Transactions transactions, ShardRunner runner, String connectionId, long deadlineMs) {
        this.transactions = transactions;
        this.runner = runner;
        this.connectionId = connectionId;
        this.deadlineMs = deadlineMs;
    }

    boolean isOf(String connection) {
        return connectionId.equals(connection);
    }

    /** Wall clock at which it is rolled back. */
    long deadlineMs() {
        return deadlineMs;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    // ---- its parts

    @Override
    public void publish(Producer producer, Message message, long token) {
        ProducerHandle handle = (ProducerHandle) producer;
        runner.run(() -> handle.publish(this, message, token));
    }

    /** Takes a message in; or says why not, and then the transaction is doomed. */
    @Nullable
    Rejection add(int addressId, String publisher, Message message) {
        if (phase != Phase.OPEN) {
            return ended();
        }
        if (!grows(message.heapBytes())) {
            return doom;
        }
        sent.add(new Sent(addressId, publisher, message));
        return null;
    }

    private boolean grows(long more) {
        if (bytes + more > transactions.bytesMax()) {
            Rejection full = new Rejection(
                    ErrorCode.RESOURCE_LIMIT,
                    "Expected a transaction of at most " + transactions.bytesMax() + " bytes, but it holds " + bytes
                            + " and this is " + more + " more");
            doom = full;
            return false;
        }
        bytes += more;
        transactions.hold(more);
        return true;
    }

    @Override
    public void doom(String reason) {
        runner.run(() -> refused(reason));
    }

    /** A part of it is lost. */
    void refused(String reason) {
        doom = new Rejection(ErrorCode.TRANSACTION_ROLLED_BACK, reason);
    }

    @Override
    public void settle(Consumer consumer, long deliveryId, Outcome outcome, boolean confirm) {
        ConsumerHandle handle = (ConsumerHandle) consumer;
        runner.run(() -> settle(handle, deliveryId, outcome, confirm));
    }

    private void settle(ConsumerHandle consumer, long deliveryId, Outcome outcome, boolean confirm) {
        if (phase != Phase.OPEN) {
            if (!confirm) {
                consumer.dispatcher().settle(consumer.consumption(), deliveryId, Outcome.FAILED, false);
            }
            return;
        }
        Provisional joined = consumer.dispatcher().join(this, consumer.consumption(), deliveryId, outcome, confirm);
        if (joined != null) {
            ends.add(joined); // also beyond the limit: it must find its way back
            grows(Provisional.HEAP_BYTES);
        }
    }

    // ---- its end

    @Override
    public void commit(Reply<End> answer) {
        runner.run(() -> {
            if (phase != Phase.OPEN) {
                answer.rejected(ended());
                return;
            }
            reply = answer;
            if (doom == null) {
                doom = lostAddress();
            }
            if (doom == null) {
                commit();
            } else {
                rollBack();
            }
        });
    }

    @Override
    public void prepare(BranchId name, Reply<Boolean> answer) {
        runner.run(() -> {
            if (phase != Phase.OPEN) {
                answer.rejected(ended());
                return;
            }
            if (doom == null) {
                doom = lostAddress();
            }
            if (doom != null) {
                Rejection reason = doom;
                reply = new Reply<>() {
                    @Override
                    public void ok(End end) {
                        answer.rejected(reason);
                    }

                    @Override
                    public void rejected(Rejection rejection) {
                        answer.rejected(rejection);
                    }
                };
                rollBack();
                return;
            }
            branch = name;
            prepareReply = answer;
            phase = Phase.PREPARING;
            addSends();
            gather(() -> ends.forEach(end -> end.commit(this)));
        });
    }

    /** The manager, or an operator, has decided, and that was applied. */
    void decided(boolean isCommit) {
        phase = Phase.ENDED;
        if (isCommit) {
            transactions.countPublished(sent.size());
            ends.forEach(Provisional::committed);
        } else {
            ends.forEach(Provisional::returned);
        }
        sent.clear();
        ends.clear();
    }

    private Rejection ended() {
        return doom != null && doom.code() == ErrorCode.TRANSACTION_TIMEOUT
                ? doom
                : new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "The transaction has ended");
    }

    private @Nullable Rejection lostAddress() {
        for (Sent each : sent) {
            if (transactions.address(each.addressId) == null) {
                return new Rejection(
                        ErrorCode.TRANSACTION_ROLLED_BACK,
                        "An address that messages were sent to was deleted before the commit");
            }
        }
        return null;
    }

    private void commit() {
        phase = Phase.COMMITTING;
        addSends();
        gather(() -> ends.forEach(end -> end.commit(this)));
    }

    private void addSends() {
        for (Sent each : sent) {
            AddressState address = transactions.address(each.addressId);
            String publisher = address != null && transactions.needsPublisher(address) ? each.publisher : null;
            parts.add(new Command.Publish(each.addressId, each.message, publisher));
        }
    }

    @Override
    public void rollback(Reply<End> answer) {
        runner.run(() -> {
            if (phase != Phase.OPEN) {
                answer.ok(End.ROLLED_BACK);
                return;
            }
            reply = answer;
            doom = null;
            rollBack();
        });
    }

    /** Nobody will ask any more. */
    void abandon(Rejection reason) {
        if (phase == Phase.OPEN) {
            doom = reason;
            rollBack();
        }
    }

    private void rollBack() {
        phase = Phase.ROLLING_BACK;
        for (Sent each : sent) {
            LargeBody body = each.message.body();
            if (body != null) {
                parts.add(new Command.DropBody(body.id()));
            }
        }
        gather(() -> ends.forEach(end -> end.rollBack(this)));
    }

    private void gather(Runnable work) {
        reads++; // itself, so that nothing is proposed before all is there
        work.run();
        readEnds();
    }

    @Override
    public void settle(Dispatcher dispatcher, long offset, long messageBytes) {
        settles.computeIfAbsent(dispatcher, each -> new Pending()).add(offset, messageBytes);
    }

    @Override
    public void propose(Command command) {
        parts.add(command);
    }

    @Override
    public void readBegins() {
        reads++;
    }

    @Override
    public void readEnds() {
        reads--;
        if (reads == 0) {
            propose();
        }
    }

    private void propose() {
        settles.forEach((dispatcher, pending) -> {
            SubscriptionState subscription = dispatcher.durable();
            if (subscription != null) {
                long settled = pending.bytes();
                parts.add(new Command.Settle(subscription.id(), subscription.epoch(), pending.take(), settled));
            }
        });
        settles.clear();
        transactions.hold(-bytes);
        bytes = 0;
        BranchId prepared = branch;
        if (runner.isFailed()) {
            failed(Transactions.storeFailed());
        } else if (phase == Phase.PREPARING && prepared != null) {
            if (parts.isEmpty() && ends.isEmpty()) {
                prepared(false, Result.OK);
            } else {
                // Also without parts: what it ends in memory waits for the decision, too.
                runner.propose(new Command.Prepare(prepared, parts), (token, result) -> prepared(true, result), 0);
                parts.clear();
            }
        } else if (parts.isEmpty()) {
            applied(0, Result.OK);
        } else {
            runner.propose(new Command.Commit(parts), this, 0);
            parts.clear();
        }
    }

    private void prepared(boolean isWaiting, Result result) {
        Reply<Boolean> answer = prepareReply;
        prepareReply = null;
        BranchId name = branch;
        transactions.ended(this);
        if (result.rejection() != null || !isWaiting || name == null) {
            phase = Phase.ENDED;
        } else {
            phase = Phase.PREPARED;
            transactions.prepared(name, this);
        }
        if (answer != null) {
            if (result.rejection() != null) {
                answer.rejected(result.rejection());
            } else {
                answer.ok(isWaiting);
            }
        }
    }

    @Override
    public void applied(long token, Result result) {
        boolean isCommitted = phase == Phase.COMMITTING;
        phase = Phase.ENDED;
        transactions.ended(this);
        if (isCommitted) {
            transactions.countPublished(sent.size());
            ends.forEach(Provisional::committed);
        }
        sent.clear();
        ends.clear();
        Reply<End> waiting = reply;
        Rejection reason = doom;
        if (waiting == null) {
            return;
        }
        reply = null;
        if (isCommitted) {
            waiting.ok(End.COMMITTED);
        } else if (reason == null) {
            waiting.ok(End.ROLLED_BACK);
        } else {
            waiting.rejected(new Rejection(
                    ErrorCode.TRANSACTION_ROLLED_BACK, "The transaction was rolled back: " + reason.text()));
        }
    }

    /** The log has failed: if the end was on its way, its fate is unknown. */
    void failed(Rejection reason) {
        phase = Phase.ENDED;
        Reply<End> waiting = reply;
        reply = null;
        if (waiting != null) {
            waiting.rejected(reason);
        }
        Reply<Boolean> preparing = prepareReply;
        prepareReply = null;
        if (preparing != null) {
            preparing.rejected(reason);
        }
    }
}
