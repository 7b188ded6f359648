// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Branches of global transactions that are prepared and wait for their manager's decision, and those an operator decided on that the manager has not
 * heard of yet. Part of the state; owned by the shard's thread.
 */
public final class PreparedBranches {
    /**
     * One branch.
     *
     * @param atMs when it was prepared
     * @param parts what it does when it is committed
     */
    public record Branch(long atMs, List<Command> parts) {}

    private final TreeMap<BranchId, Branch> prepared = new TreeMap<>();
    private final TreeMap<BranchId, Boolean> decided = new TreeMap<>();

    PreparedBranches() {}

    /** Those that wait. */
    public SortedMap<BranchId, Branch> prepared() {
        return Collections.unmodifiableSortedMap(prepared);
    }

    /** Those an operator decided on; true where that was a commit. */
    public SortedMap<BranchId, Boolean> decided() {
        return Collections.unmodifiableSortedMap(decided);
    }

    public @Nullable Branch get(BranchId id) {
        return prepared.get(id);
    }

    boolean isKnown(BranchId id) {
        return prepared.containsKey(id) || decided.containsKey(id);
    }

    /** Puts a branch, or one of a checkpoint back. */
    public void put(BranchId id, Branch branch) {
        prepared.put(id, branch);
    }

    @Nullable
    Branch remove(BranchId id) {
        return prepared.remove(id);
    }

    /** Remembers a decision, or one of a checkpoint. */
    public void decide(BranchId id, boolean isCommit) {
        decided.put(id, isCommit);
    }

    boolean forget(BranchId id) {
        return decided.remove(id) != null;
    }
}
