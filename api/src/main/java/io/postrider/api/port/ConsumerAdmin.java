// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import java.util.List;

/** What operators ask and do about consumers. Any thread may call; replies come on the shard's thread. */
public interface ConsumerAdmin {

    /** Every consumer, by address and then in the order in which they are considered. */
    void list(Reply<List<ConsumerInfo>> reply);

    /** Lets a consumer have nothing until it is resumed or ends; {@code NOT_FOUND} if there is none of this number. */
    void pauseConsumer(long id, boolean isPaused, Reply<Long> reply);

    /**
     * Hands out nothing of a queue or durable subscription until it is resumed, over restarts too. Everything else goes on.
     *
     * @param name of a queue, or {@code TOPIC::SUBSCRIPTION}
     */
    void pause(String name, boolean isPaused, Reply<String> reply);

    /** Who has which partition of a queue; empty where there are no partitions or no consumers. */
    void partitions(AddressKey queue, Reply<List<PartitionInfo>> reply);
}
