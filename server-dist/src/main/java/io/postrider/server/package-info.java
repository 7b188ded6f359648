// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The process. {@link io.postrider.server.Main} is the command line, {@link io.postrider.server.Postrider} starts a broker
 * inside another program; both end in {@link io.postrider.server.process.PostriderServer}, which knows the order of
 * things.
 */
@NullMarked
package io.postrider.server;

import org.jspecify.annotations.NullMarked;
