// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicySetting;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.UserRecord;
import java.util.List;
import java.util.Set;

/** What operators ask of the broker. Any thread may call; replies come on the shard's thread. */
public interface BrokerAdmin {

    /** Every queue and durable subscription, ordered by name. */
    void queues(Reply<List<QueueInfo>> reply);

    /** Every address, ordered by name. */
    void addresses(Reply<List<AddressDefinition>> reply);

    /** Creates a permanent address; an equal one may exist, a different one is {@code PRECONDITION_FAILED}: it is to be updated instead. */
    void createAddress(AddressDefinition definition, Reply<AddressDefinition> reply);

    /**
     * Changes what an address sets itself, while messages and consumers are there.
     *
     * @param set what it sets from now on, on top of what it set before
     * @param unset what it does not set any more
     */
    void updateAddress(AddressKey key, PolicyValues set, Set<PolicyKey> unset, Reply<AddressDefinition> reply);

    /** Every setting of a name and why it holds, whether or not there is such an address. */
    void settings(AddressKey key, Reply<List<PolicySetting>> reply);

    /** The rules by pattern, the most specific first. */
    void policies(Reply<List<PolicyRule>> reply);

    /** Puts an operator's rule, in place of the one for its pattern; answers how many addresses it changed something for. */
    void putPolicy(PolicyRule rule, Reply<Long> reply);

    /** Takes an operator's rule away; {@code NOT_FOUND} if there is none. Answers how many addresses that changed something for. */
    void removePolicy(AddressPattern pattern, Reply<Long> reply);

    /** The rules that send messages on, in the order of their names. */
    void forwards(Reply<List<ForwardRule>> reply);

    /** Puts a forward rule, in place of the one of its name; {@code PRECONDITION_FAILED} if messages would go round in a loop. */
    void putForward(ForwardRule rule, Reply<ForwardRule> reply);

    /** Takes a forward rule away; {@code NOT_FOUND} if there is none. */
    void removeForward(String name, Reply<String> reply);

    void deleteAddress(AddressKey key, Reply<AddressDefinition> reply);

    /** Removes the messages of a queue that are not with a consumer; answers how many. */
    void purge(AddressKey queue, Reply<Long> reply);

    /**
     * Returns what consumers have put aside to its place; answers how many messages.
     *
     * @param subscription as in {@link QueueInfo}; empty for a queue
     */
    void returnDeferred(AddressKey address, String subscription, Reply<Long> reply);

    /** Why something does not move, in a sentence with numbers; {@code NOT_FOUND} if it is not there. */
    void why(WhyRequest request, Reply<String> reply);

    /** The life of one message, as far back as the log and the broker's memory go; {@code NOT_FOUND} if there is no such address. */
    void trace(TraceRequest request, Reply<MessageTrace> reply);

    /** What is done with dead letters. */
    LetterAdmin letters();

    /**
     * Lets a queue or subscription read retained messages again, or another address get copies of them; answers how many when all of them are
     * on their way. {@code PRECONDITION_FAILED} where nothing is retained.
     */
    void rewind(RewindRequest request, Reply<Long> reply);

    /**
     * Removes what lies before a position from an address, for all its subscriptions, except what is with a consumer; answers the first offset
     * that is still there.
     */
    void truncate(AddressKey address, StartPosition before, Reply<Long> reply);

    /** What is asked and done about consumers. */
    ConsumerAdmin consumers();

    void users(Reply<List<UserRecord>> reply);

    void putUser(UserRecord user, Reply<UserRecord> reply);

    void removeUser(String name, Reply<String> reply);

    /** Prepared branches of global transactions, on which an operator may decide. */
    Branches branches();

    /** Totals since start. Any thread, at once. */
    BrokerStats stats();
}
