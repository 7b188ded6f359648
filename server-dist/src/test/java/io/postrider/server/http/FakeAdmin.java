// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicySetting;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.BranchId;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Branches;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.BrokerStats;
import io.postrider.api.port.ConsumerAdmin;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.LetterAdmin;
import io.postrider.api.port.MessageTrace;
import io.postrider.api.port.PartitionInfo;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.api.port.StorageStats;
import io.postrider.api.port.TraceRequest;
import io.postrider.api.port.WhyRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A broker of lists. Filled by the test's thread before it is asked, then owned by the HTTP loop. */
final class FakeAdmin implements BrokerAdmin {
    final List<QueueInfo> queues = new ArrayList<>();
    final List<AddressDefinition> addresses = new ArrayList<>();
    final List<RewindRequest> rewinds = new ArrayList<>();
    final List<ForwardRule> forwards = new ArrayList<>();
    PolicyBook policies = new PolicyBook(PolicyBook.NO_RULES);
    final List<UserRecord> users = new ArrayList<>();

    /** What every change is refused with; null to do it. */
    volatile Rejection refusal;

    private <T> void answer(Reply<T> reply, T value) {
        if (refusal != null) {
            reply.rejected(refusal);
        } else {
            reply.ok(value);
        }
    }

    @Override
    public void queues(Reply<List<QueueInfo>> reply) {
        reply.ok(List.copyOf(queues));
    }

    @Override
    public void addresses(Reply<List<AddressDefinition>> reply) {
        reply.ok(List.copyOf(addresses));
    }

    @Override
    public void createAddress(AddressDefinition definition, Reply<AddressDefinition> reply) {
        if (refusal == null) {
            addresses.add(definition);
        }
        answer(reply, definition);
    }

    @Override
    public void updateAddress(AddressKey key, PolicyValues set, Set<PolicyKey> unset, Reply<AddressDefinition> reply) {
        PolicyValues values = addresses.get(0).settings().with(set);
        for (PolicyKey gone : unset) {
            values = values.without(gone);
        }
        addresses.set(0, addresses.get(0).withSettings(values));
        answer(reply, addresses.get(0));
    }

    @Override
    public void settings(AddressKey key, Reply<List<PolicySetting>> reply) {
        reply.ok(policies.explain(
                key, addresses.isEmpty() ? PolicyValues.NONE : addresses.get(0).settings()));
    }

    @Override
    public void policies(Reply<List<PolicyRule>> reply) {
        reply.ok(policies.rules());
    }

    @Override
    public void putPolicy(PolicyRule rule, Reply<Long> reply) {
        policies = policies.with(rule);
        answer(reply, 1L);
    }

    @Override
    public void removePolicy(AddressPattern pattern, Reply<Long> reply) {
        policies = policies.without(pattern, false);
        answer(reply, 1L);
    }

    @Override
    public void forwards(Reply<List<ForwardRule>> reply) {
        reply.ok(List.copyOf(forwards));
    }

    @Override
    public void putForward(ForwardRule rule, Reply<ForwardRule> reply) {
        forwards.add(rule);
        answer(reply, rule);
    }

    @Override
    public void removeForward(String name, Reply<String> reply) {
        forwards.removeIf(rule -> rule.name().equals(name));
        answer(reply, name);
    }

    /** What is asked of prepared branches; there is one, and any decision on it is right. */
    @Override
    public Branches branches() {
        return new Branches() {
            @Override
            public void list(Reply<List<BranchInfo>> reply) {
                reply.ok(List.of(new BranchInfo(BranchId.parse("000000070201020a"), BranchInfo.State.PREPARED, 5, 2)));
            }

            @Override
            public void commit(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
                answer(reply, branch);
            }

            @Override
            public void rollback(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
                answer(reply, branch);
            }

            @Override
            public void forget(BranchId branch, Reply<BranchId> reply) {
                answer(reply, branch);
            }
        };
    }

    @Override
    public void deleteAddress(AddressKey key, Reply<AddressDefinition> reply) {
        AddressDefinition found = addresses.stream()
                .filter(address -> address.key().equals(key))
                .findFirst()
                .orElseThrow();
        if (refusal == null) {
            addresses.remove(found);
        }
        answer(reply, found);
    }

    @Override
    public void purge(AddressKey queue, Reply<Long> reply) {
        answer(reply, 7L);
    }

    @Override
    public void rewind(RewindRequest request, Reply<Long> reply) {
        rewinds.add(request);
        answer(reply, 3L);
    }

    @Override
    public void returnDeferred(AddressKey address, String subscription, Reply<Long> reply) {
        answer(reply, 3L);
    }

    @Override
    public void why(WhyRequest request, Reply<String> reply) {
        answer(reply, "because of " + request.address());
    }

    @Override
    public void trace(TraceRequest request, Reply<MessageTrace> reply) {
        answer(reply, new MessageTrace(List.of(), 0, true));
    }

    @Override
    public ConsumerAdmin consumers() {
        return new ConsumerAdmin() {
            @Override
            public void list(Reply<List<ConsumerInfo>> reply) {
                answer(reply, List.of());
            }

            @Override
            public void pauseConsumer(long id, boolean isPaused, Reply<Long> reply) {
                answer(reply, id);
            }

            @Override
            public void pause(String name, boolean isPaused, Reply<String> reply) {
                answer(reply, name);
            }

            @Override
            public void partitions(AddressKey queue, Reply<List<PartitionInfo>> reply) {
                answer(reply, List.of());
            }
        };
    }

    @Override
    public LetterAdmin letters() {
        throw new UnsupportedOperationException("Letters are tested with a real broker");
    }

    @Override
    public void truncate(AddressKey address, StartPosition before, Reply<Long> reply) {
        answer(reply, before.value());
    }

    @Override
    public void users(Reply<List<UserRecord>> reply) {
        reply.ok(List.copyOf(users));
    }

    @Override
    public void putUser(UserRecord user, Reply<UserRecord> reply) {
        if (refusal == null) {
            users.removeIf(each -> each.name().equals(user.name()));
            users.add(user);
        }
        answer(reply, user);
    }

    @Override
    public void removeUser(String name, Reply<String> reply) {
        answer(reply, name);
    }

    @Override
    public BrokerStats stats() {
        return new BrokerStats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, StorageStats.NONE);
    }
}
