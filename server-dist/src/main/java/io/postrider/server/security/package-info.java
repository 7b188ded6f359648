// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Who may manage the broker: the operator of this machine by a token in the data directory, and the broker's own users. Start with
 * {@link io.postrider.server.security.OperatorAuthenticator}.
 */
@NullMarked
package io.postrider.server.security;

import org.jspecify.annotations.NullMarked;
