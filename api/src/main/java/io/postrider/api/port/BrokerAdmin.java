// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.UserRecord;
import java.util.List;

/** What operators ask of the broker. Any thread may call; replies come on the shard's thread. */
public interface BrokerAdmin {

    /** Every queue and durable subscription, ordered by name. */
    void queues(Reply<List<QueueInfo>> reply);

    /** Every address, ordered by name. */
    void addresses(Reply<List<AddressDefinition>> reply);

    /** Creates a permanent address; an equal one may exist, a different one is {@code PRECONDITION_FAILED}. */
    void createAddress(AddressDefinition definition, Reply<AddressDefinition> reply);

    void deleteAddress(AddressKey key, Reply<AddressDefinition> reply);

    /** Removes the messages of a queue that are not with a consumer; answers how many. */
    void purge(AddressKey queue, Reply<Long> reply);

    void users(Reply<List<UserRecord>> reply);

    void putUser(UserRecord user, Reply<UserRecord> reply);

    void removeUser(String name, Reply<String> reply);

    /** Totals since start. Any thread, at once. */
    BrokerStats stats();
}
