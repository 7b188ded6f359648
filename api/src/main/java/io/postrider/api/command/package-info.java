// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Requests to change a shard. Commands are logged, then applied: see {@link io.postrider.api.command.Command}.
 */
@NullMarked
package io.postrider.api.command;

import org.jspecify.annotations.NullMarked;
