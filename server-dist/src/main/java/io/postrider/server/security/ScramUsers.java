// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import io.postrider.api.address.UserRecord;
import io.postrider.store.catalog.Scram;
import java.util.Set;

/** Makes SCRAM verifiers (RFC 5802). Stateless. */
public final class ScramUsers implements UserMaker {
    private static final int NAME_LENGTH_MAX = 200;

    @Override
    public UserRecord make(String name, String password, Set<String> roles) {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("Expected a user name of 1 to " + NAME_LENGTH_MAX
                    + " characters without control characters, but got '" + name + "'");
        }
        if (password.isEmpty()) {
            throw new IllegalArgumentException("Expected a password that is not empty");
        }
        return Scram.userRecord(name, password, roles);
    }
}
