// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.command.BranchId;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Branches;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * A broker without a store, for tests of the transport: queues, topics with durable and volatile subscriptions, credit,
 * outcomes. No selectors, priorities or expiry. Everything happens on the given executor, which must run one task at a time.
 */
public final class InMemoryBroker implements BrokerGateway {
    private final Executor executor;
    private final Map<AddressKey, Address> addresses = new HashMap<>();
    private final Map<SubscriptionKey, Mailbox> durables = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> closedConnections = new ArrayList<>();
    private final List<ConsumerRequest> requests = new ArrayList<>();
    private final List<String> closes = new ArrayList<>();
    private final InMemoryBodies bodies;
    private Rejection publishRejection;

    public InMemoryBroker(Executor executor) {
        this.executor = executor;
        this.bodies = new InMemoryBodies(executor);
    }

    @Override
    public InMemoryBodies bodies() {
        return bodies;
    }

    private static final class Item {
        final Message message;
        final int count;

        Item(Message message, int count) {
            this.message = message;
            this.count = count;
        }
    }

    private static final class Mailbox {
        final Deque<Item> items = new ArrayDeque<>();
        final List<Receiver> receivers = new ArrayList<>();
        SubscriptionDefinition definition;
    }

    private static final class Address {
        final AddressDefinition definition;
        final Mailbox queue = new Mailbox();
        final List<Mailbox> subscriptions = new ArrayList<>();
        final List<Sender> senders = new ArrayList<>();

        Address(AddressDefinition definition) {
            this.definition = definition;
        }

        boolean isTopic() {
            return definition.kind() == AddressKind.TOPIC;
        }
    }

    // ---- what tests look at

    public synchronized int depth(String queue) {
        Address address = addresses.get(AddressKey.of(queue));
        return address == null ? -1 : address.queue.items.size();
    }

    public synchronized List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    public synchronized List<String> closedConnections() {
        return List.copyOf(closedConnections);
    }

    public synchronized List<ConsumerRequest> consumerRequests() {
        return List.copyOf(requests);
    }

    /** How each consumer that is gone was closed. */
    public synchronized List<String> closes() {
        return List.copyOf(closes);
    }

    public synchronized boolean exists(String address) {
        return addresses.containsKey(AddressKey.of(address));
    }

    /** From now on every publish is refused; null to accept again. */
    public synchronized void refusePublishes(Rejection rejection) {
        publishRejection = rejection;
    }

    public synchronized void create(String name, AddressKind kind) {
        define(AddressKey.of(name), kind, null);
    }

    public synchronized void put(String queue, Message message) {
        Address address = define(AddressKey.of(queue), AddressKind.QUEUE, null);
        executor.execute(() -> locked(() -> {
            address.queue.items.add(new Item(message, 0));
            dispatch(address.queue);
        }));
    }

    public synchronized void blockProducers(String name, boolean isBlocked) {
        Address address = addresses.get(AddressKey.of(name));
        executor.execute(() -> {
            for (Sender sender : List.copyOf(address.senders)) {
                if (isBlocked) {
                    sender.listener.blocked(new Rejection(ErrorCode.RESOURCE_LIMIT, "full"));
                } else {
                    sender.listener.unblocked();
                }
            }
        });
    }

    // ---- the port

    private void locked(Runnable task) {
        synchronized (this) {
            task.run();
        }
    }

    private void run(Runnable task) {
        executor.execute(() -> locked(task));
    }

    private Address define(AddressKey key, AddressKind kind, String owner) {
        return addresses.computeIfAbsent(
                key,
                k -> new Address(
                        new AddressDefinition(k, kind == null ? AddressKind.QUEUE : kind, PolicyValues.NONE, owner)));
    }

    private Address find(AddressKey key, AddressKind kind, Reply<?> reply) {
        if (key.name().startsWith("missing")) {
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no " + key));
            return null;
        }
        Address address = define(key, kind, null);
        if (kind != null && address.definition.kind() != kind) {
            reply.rejected(new Rejection(ErrorCode.ILLEGAL_STATE, key + " is no " + kind));
            return null;
        }
        return address;
    }

    @Override
    public void openProducer(ProducerRequest request, ProducerListener listener, Reply<Producer> reply) {
        run(() -> {
            Address address = find(request.address(), request.kind(), reply);
            if (address != null) {
                Sender sender = new Sender(address, listener);
                address.senders.add(sender);
                reply.ok(sender);
            }
        });
    }

    @Override
    public void openConsumer(ConsumerRequest request, DeliverySink sink, Reply<Consumer> reply) {
        run(() -> {
            requests.add(request);
            Address address = find(request.address(), request.kind(), reply);
            if (address == null) {
                return;
            }
            Mailbox mailbox = address.queue;
            boolean isVolatile = false;
            if (address.isTopic()) {
                var subscription = request.subscription();
                isVolatile = subscription.durability() == Durability.VOLATILE;
                if (isVolatile) {
                    mailbox = new Mailbox();
                    address.subscriptions.add(mailbox);
                } else {
                    SubscriptionKey key = new SubscriptionKey(
                            request.address().virtualHost(), subscription.scope(), subscription.name());
                    mailbox = durables.get(key);
                    if (mailbox == null) {
                        mailbox = new Mailbox();
                        mailbox.definition = new SubscriptionDefinition(
                                key, request.address(), subscription.isShared(), request.selector(), request.noLocal());
                        durables.put(key, mailbox);
                        address.subscriptions.add(mailbox);
                    }
                    if (!subscription.isShared() && !mailbox.receivers.isEmpty()) {
                        reply.rejected(new Rejection(ErrorCode.RESOURCE_LOCKED, "in use"));
                        return;
                    }
                }
            }
            Receiver receiver = new Receiver(address, mailbox, sink, request, isVolatile);
            mailbox.receivers.add(receiver);
            reply.ok(receiver);
        });
    }

    @Override
    public void begin(String connectionId, Reply<Transaction> reply) {
        run(() -> reply.ok(new Pending()));
    }

    /** What a transaction will do, in order; rolled back when it is doomed. */
    private final class Pending implements Transaction {
        private final List<Runnable> sends = new ArrayList<>();
        private final Map<Retired, Outcome> ends = new LinkedHashMap<>();
        private boolean isDoomed;
        private boolean isEnded;

        private record Retired(Receiver receiver, long deliveryId, Item item, boolean confirm) {}

        @Override
        public void publish(Producer producer, Message message, long token) {
            Sender sender = (Sender) producer;
            run(() -> {
                if (publishRejection == null) {
                    sends.add(() -> sender.put(message));
                } else {
                    isDoomed = true;
                }
                if (token != Producer.NO_REPLY) {
                    sender.listener.published(token, publishRejection);
                }
            });
        }

        @Override
        public void settle(Consumer consumer, long deliveryId, Outcome outcome, boolean confirm) {
            Receiver receiver = (Receiver) consumer;
            run(() -> {
                Item item = confirm ? receiver.unsettled.get(deliveryId) : receiver.unsettled.remove(deliveryId);
                if (item != null) {
                    ends.put(new Retired(receiver, deliveryId, item, confirm), outcome);
                }
            });
        }

        @Override
        public void doom(String reason) {
            run(() -> isDoomed = true);
        }

        @Override
        public void prepare(BranchId branch, Reply<Boolean> reply) {
            run(() -> reply.rejected(new Rejection(ErrorCode.NOT_IMPLEMENTED, "no branches here")));
        }

        @Override
        public void commit(Reply<End> reply) {
            run(() -> {
                if (isEnded) {
                    reply.rejected(new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "ended"));
                } else if (isDoomed) {
                    takeBack();
                    reply.rejected(new Rejection(ErrorCode.TRANSACTION_ROLLED_BACK, "doomed"));
                } else {
                    isEnded = true;
                    sends.forEach(Runnable::run);
                    ends.forEach((end, outcome) -> {
                        end.receiver.unsettled.remove(end.deliveryId);
                        outcomes.add(outcome);
                        end.receiver.giveBack(end.item, outcome);
                        if (end.confirm) {
                            end.receiver.sink.settled(end.deliveryId);
                        }
                        dispatch(end.receiver.mailbox);
                    });
                    reply.ok(End.COMMITTED);
                }
            });
        }

        @Override
        public void rollback(Reply<End> reply) {
            run(() -> {
                takeBack();
                reply.ok(End.ROLLED_BACK);
            });
        }

        private void takeBack() {
            if (isEnded) {
                return;
            }
            isEnded = true;
            List<Retired> back = new ArrayList<>(ends.keySet());
            Collections.reverse(back);
            for (Retired end : back) {
                if (!end.confirm) {
                    end.receiver.giveBack(end.item, Outcome.FAILED);
                }
            }
            back.forEach(end -> dispatch(end.receiver.mailbox));
        }
    }

    /** What is asked of prepared branches; it has none. */
    @Override
    public Branches branches() {
        return new Branches() {
            @Override
            public void list(Reply<List<BranchInfo>> reply) {
                reply.ok(List.of());
            }

            @Override
            public void commit(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
                reply.rejected(new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "There is no branch " + branch));
            }

            @Override
            public void rollback(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
                commit(branch, isOperator, reply);
            }

            @Override
            public void forget(BranchId branch, Reply<BranchId> reply) {
                commit(branch, false, reply);
            }
        };
    }

    @Override
    public void findDeadLetters(AddressKey of, Reply<AddressKey> reply) {
        findAddress(of, new Reply<>() {
            @Override
            public void ok(AddressDefinition found) {
                reply.ok(new AddressKey(of.virtualHost(), "DLQ"));
            }

            @Override
            public void rejected(Rejection rejection) {
                reply.rejected(rejection);
            }
        });
    }

    @Override
    public void findAddress(AddressKey key, Reply<AddressDefinition> reply) {
        run(() -> {
            Address address = addresses.get(key);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no " + key));
            } else {
                reply.ok(address.definition);
            }
        });
    }

    @Override
    public void createTemporaryAddress(
            String virtualHost, AddressKind kind, String connectionId, Reply<AddressDefinition> reply) {
        run(() -> reply.ok(
                define(new AddressKey(virtualHost, "temp." + UUID.randomUUID()), kind, connectionId).definition));
    }

    @Override
    public void deleteAddress(AddressKey key, Reply<AddressDefinition> reply) {
        run(() -> {
            Address address = addresses.remove(key);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no " + key));
                return;
            }
            Rejection deleted = new Rejection(ErrorCode.RESOURCE_DELETED, key + " was deleted");
            address.senders.forEach(sender -> sender.listener.closed(deleted));
            List.copyOf(address.queue.receivers).forEach(receiver -> receiver.sink.closed(deleted));
            reply.ok(address.definition);
        });
    }

    @Override
    public void findSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply) {
        run(() -> {
            Mailbox mailbox = durables.get(key);
            if (mailbox == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no subscription " + key));
            } else {
                reply.ok(mailbox.definition);
            }
        });
    }

    @Override
    public void deleteSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply) {
        run(() -> {
            Mailbox mailbox = durables.get(key);
            if (mailbox == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no subscription " + key));
            } else if (!mailbox.receivers.isEmpty()) {
                reply.rejected(new Rejection(ErrorCode.RESOURCE_LOCKED, "in use"));
            } else {
                durables.remove(key);
                addresses.get(mailbox.definition.topic()).subscriptions.remove(mailbox);
                reply.ok(mailbox.definition);
            }
        });
    }

    public synchronized boolean hasSubscription(SubscriptionKey key) {
        return durables.containsKey(key);
    }

    @Override
    public void connectionClosed(String connectionId) {
        run(() -> {
            closedConnections.add(connectionId);
            addresses.values().removeIf(address -> connectionId.equals(address.definition.temporaryOwner()));
        });
    }

    private void dispatch(Mailbox mailbox) {
        boolean hasProgress = true;
        while (hasProgress && !mailbox.items.isEmpty()) {
            hasProgress = false;
            for (Receiver receiver : List.copyOf(mailbox.receivers)) {
                if (receiver.request.mode() == Mode.BROWSE) {
                    receiver.browse();
                } else if (receiver.handed < receiver.limit && !mailbox.items.isEmpty()) {
                    receiver.take(mailbox.items.remove());
                    hasProgress = true;
                }
            }
        }
        for (Receiver receiver : List.copyOf(mailbox.receivers)) {
            receiver.answerDrain();
        }
    }

    private final class Sender implements Producer {
        private final Address address;
        private final ProducerListener listener;

        Sender(Address address, ProducerListener listener) {
            this.address = address;
            this.listener = listener;
        }

        @Override
        public AddressDefinition address() {
            return address.definition;
        }

        @Override
        public void publish(Message message, long token) {
            run(() -> {
                if (publishRejection != null) {
                    listener.published(token, publishRejection);
                    return;
                }
                put(message);
                if (token != NO_REPLY) {
                    listener.published(token, null);
                }
            });
        }

        private void put(Message message) {
            if (address.isTopic()) {
                for (Mailbox mailbox : address.subscriptions) {
                    mailbox.items.add(new Item(message, 0));
                    dispatch(mailbox);
                }
            } else {
                address.queue.items.add(new Item(message, 0));
                dispatch(address.queue);
            }
        }

        @Override
        public void close() {
            run(() -> address.senders.remove(this));
        }
    }

    private final class Receiver implements Consumer {
        private final Address address;
        private final Mailbox mailbox;
        private final DeliverySink sink;
        private final ConsumerRequest request;
        private final boolean isVolatile;
        private final Map<Long, Item> unsettled = new LinkedHashMap<>();
        private long nextId = 1;
        private long handed;
        private long limit;
        private int browsed;
        private boolean isDraining;

        Receiver(Address address, Mailbox mailbox, DeliverySink sink, ConsumerRequest request, boolean isVolatile) {
            this.address = address;
            this.mailbox = mailbox;
            this.sink = sink;
            this.request = request;
            this.isVolatile = isVolatile;
        }

        void take(Item item) {
            long id = nextId++;
            handed++;
            if (request.mode() == Mode.ACKNOWLEDGE) {
                unsettled.put(id, item);
            }
            sink.deliver(id, item.message, item.count);
        }

        void browse() {
            List<Item> all = List.copyOf(mailbox.items);
            while (handed < limit && browsed < all.size()) {
                handed++;
                sink.deliver(nextId++, all.get(browsed).message, all.get(browsed).count);
                browsed++;
            }
        }

        void answerDrain() {
            if (isDraining) {
                isDraining = false;
                sink.drained();
            }
        }

        @Override
        public AddressDefinition address() {
            return address.definition;
        }

        @Override
        public void credit(long newLimit, boolean drain) {
            run(() -> {
                limit = newLimit;
                isDraining = drain;
                if (request.mode() == Mode.BROWSE) {
                    browse();
                    answerDrain();
                } else {
                    dispatch(mailbox);
                }
            });
        }

        @Override
        public void settle(long deliveryId, Outcome outcome, boolean confirm) {
            run(() -> {
                Item item = unsettled.remove(deliveryId);
                if (item != null) {
                    outcomes.add(outcome);
                    if (outcomes.size() > 100_000) {
                        outcomes.clear();
                    }
                    giveBack(item, outcome);
                }
                if (confirm) {
                    sink.settled(deliveryId);
                }
                dispatch(mailbox);
            });
        }

        private void giveBack(Item item, Outcome outcome) {
            if (outcome instanceof Outcome.Released) {
                mailbox.items.addFirst(item);
            } else if (outcome instanceof Outcome.Modified modified) {
                mailbox.items.addFirst(new Item(item.message, item.count + (modified.isDeliveryFailed() ? 1 : 0)));
            }
        }

        @Override
        public void close(Close how) {
            run(() -> {
                closes.add(how.name());
                mailbox.receivers.remove(this);
                List<Item> back =
                        new ArrayList<>(new TreeMap<>(unsettled).descendingMap().values());
                unsettled.clear();
                for (Item item : back) {
                    giveBack(item, how == Close.LOST ? Outcome.FAILED : request.defaultOutcome());
                }
                if (isVolatile) {
                    address.subscriptions.remove(mailbox);
                }
                dispatch(mailbox);
            });
        }
    }
}
