// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import java.util.List;

/** What operators do with dead letters. Any thread may call; replies come on the shard's thread. */
public interface LetterAdmin {
    /**
     * Durable messages of a queue, in their order.
     *
     * @param from the first offset looked at
     * @param limit how many at the most, 1 to 1000
     */
    void list(AddressKey queue, long from, int limit, Reply<List<LetterInfo>> reply);

    /** Begins to send letters back; answers at once, and for a dry run when all are counted. */
    void redrive(RedriveRequest request, Reply<RedriveStatus> reply);

    /** The redrives since the broker's start, the newest first, at most 100. */
    void redrives(Reply<List<RedriveStatus>> reply);

    /** Ends a redrive; what was sent stays sent. {@code NOT_FOUND} if there is none of this number. */
    void stop(long id, Reply<RedriveStatus> reply);
}
