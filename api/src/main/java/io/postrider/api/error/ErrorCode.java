// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.error;

/**
 * Why the broker refused something. Stable: each protocol maps these to its own conditions in one table, and a code is
 * never reused for something else.
 */
public enum ErrorCode {
    /** The named address, subscription or user does not exist and may not be created. */
    NOT_FOUND,
    /** Understood, but forbidden here by a rule that is not about the user's rights. */
    NOT_ALLOWED,
    /** The user lacks the right. */
    UNAUTHORIZED,
    /** A field has a value that makes no sense; the text names it. */
    INVALID_FIELD,
    /** The selector is not valid; the text says where. */
    INVALID_SELECTOR,
    /** The broker does not offer this. */
    NOT_IMPLEMENTED,
    /** The bytes of the message cannot be understood. */
    UNDECODABLE,
    /** Full: memory, disk, or a configured limit. */
    RESOURCE_LIMIT,
    /** In use exclusively by somebody else. */
    RESOURCE_LOCKED,
    /** Deleted while in use. */
    RESOURCE_DELETED,
    /** Exists with other properties than asked for. */
    PRECONDITION_FAILED,
    /** Not possible in the present state. */
    ILLEGAL_STATE,
    /** Another link took over the same identity. */
    STOLEN,
    /** The broker ended this: a consumer that fell too far behind, an operator's act. */
    FORCED,
    /** The transaction was rolled back, so that nothing of it took effect. */
    TRANSACTION_ROLLED_BACK,
    /** The transaction was rolled back because it was open for too long. */
    TRANSACTION_TIMEOUT,
    /** There is no such transaction, or it has ended. */
    TRANSACTION_UNKNOWN,
    /** The shard's log has failed; the outcome of anything in flight is unknown. */
    STORE_FAILED,
    /** A defect of the broker. */
    INTERNAL
}
