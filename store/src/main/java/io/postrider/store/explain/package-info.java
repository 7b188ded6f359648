// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Says in a sentence with numbers why messages of a queue, a message, a consumer or a producer do not move. It only reads; start at
 * {@link io.postrider.store.explain.QueueReason}.
 */
@NullMarked
package io.postrider.store.explain;

import org.jspecify.annotations.NullMarked;
