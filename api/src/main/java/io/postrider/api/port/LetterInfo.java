// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.message.Annotations;

/**
 * One message in a queue of dead letters, without its payload. Immutable.
 *
 * @param offset its place in the queue's log
 * @param isOut whether a consumer has it, or it is about to leave
 * @param marks what the broker wrote on it: why, when, from where; empty for a message that did not come as a letter
 */
public record LetterInfo(long offset, long sizeBytes, boolean isOut, Annotations marks) {}
