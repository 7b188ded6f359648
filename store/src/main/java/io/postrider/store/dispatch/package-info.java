// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Who gets which message next: what only the leader knows and rebuilds after a restart. Pure: time and ids are passed in. Start
 * with {@link io.postrider.store.dispatch.Dispatcher}.
 */
@NullMarked
package io.postrider.store.dispatch;

import org.jspecify.annotations.NullMarked;
