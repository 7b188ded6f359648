// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import io.postrider.api.address.UserRecord;
import java.util.Set;

/** Turns a password into the verifier that is kept. Takes milliseconds of CPU, so never call it on an event loop. */
@FunctionalInterface
public interface UserMaker {
    /** @throws IllegalArgumentException if name or password cannot be used, with a text for the caller */
    UserRecord make(String name, String password, Set<String> roles);
}
