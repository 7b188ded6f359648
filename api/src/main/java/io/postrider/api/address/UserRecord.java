// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.Arrays;
import java.util.Set;

/**
 * A user and the SCRAM verifier of its password (RFC 5802 §3): never the password itself. Immutable; part of the
 * replicated state.
 *
 * @param salt random, at least 16 bytes
 * @param iterations PBKDF2 rounds, at least 4096
 * @param storedKey H(ClientKey) with SHA-256, 32 bytes
 * @param serverKey ServerKey with SHA-256, 32 bytes
 * @param roles names of the user's roles; {@link #ADMIN_ROLE} may manage the broker
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the contents
public record UserRecord(
        String name, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey, Set<String> roles) {
    public static final String ADMIN_ROLE = "admin";

    public UserRecord {
        salt = salt.clone();
        storedKey = storedKey.clone();
        serverKey = serverKey.clone();
        roles = Set.copyOf(roles);
    }

    public boolean isAdmin() {
        return roles.contains(ADMIN_ROLE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UserRecord that
                && name.equals(that.name)
                && Arrays.equals(salt, that.salt)
                && iterations == that.iterations
                && Arrays.equals(storedKey, that.storedKey)
                && Arrays.equals(serverKey, that.serverKey)
                && roles.equals(that.roles);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(storedKey);
    }

    /** Leaves the verifier out, so that it cannot reach a log by accident. */
    @Override
    public String toString() {
        return "UserRecord[" + name + ", roles=" + roles + "]";
    }
}
