// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.command.BranchId;
import java.util.List;

/** The second phase of global transactions. Any thread may call; replies come on the shard's thread. */
public interface Branches {

    /** Every branch that is prepared, or that an operator decided on. */
    void list(Reply<List<BranchInfo>> reply);

    /**
     * Does what a prepared branch was to do; answered once it is durable. {@code TRANSACTION_UNKNOWN} if there is none; {@code
     * TRANSACTION_ROLLED_BACK} or {@code ILLEGAL_STATE} if an operator has rolled it back or committed it.
     *
     * @param isOperator whether an operator decides, so that the manager is to be told when it asks
     */
    void commit(BranchId branch, boolean isOperator, Reply<BranchId> reply);

    /** Takes a prepared branch back; answered as {@link #commit}. */
    void rollback(BranchId branch, boolean isOperator, Reply<BranchId> reply);

    /** The manager knows what an operator decided. */
    void forget(BranchId branch, Reply<BranchId> reply);
}
