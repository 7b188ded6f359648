// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.error.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * What applying one command answers. Immutable.
 *
 * @param rejection why nothing was changed; null when the command took effect
 * @param count messages it concerned, where that is a meaningful number
 */
public record Result(@Nullable Rejection rejection, long count) {
    /** It took effect. */
    public static final Result OK = new Result(null, 0);

    static Result of(long count) {
        return new Result(null, count);
    }

    static Result rejected(Rejection rejection) {
        return new Result(rejection, 0);
    }
}
