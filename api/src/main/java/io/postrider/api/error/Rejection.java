// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.error;

/**
 * An expected refusal, as a value. Immutable.
 *
 * @param code what kind of refusal
 * @param text one sentence for a human: what was expected, what was found, and where
 */
public record Rejection(ErrorCode code, String text) {}
