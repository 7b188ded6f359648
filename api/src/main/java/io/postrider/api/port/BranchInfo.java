// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.command.BranchId;

/**
 * A branch of a global transaction that is prepared, or one that an operator decided on and its manager has not heard of.
 *
 * @param preparedAtMs wall clock; 0 for one that was decided on
 * @param messages sends and ends of deliveries it holds
 */
public record BranchInfo(BranchId id, State state, long preparedAtMs, int messages) {
    /** What has become of it. */
    public enum State {
        PREPARED,
        HEURISTICALLY_COMMITTED,
        HEURISTICALLY_ROLLED_BACK
    }
}
