// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.message;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a sender calls a message so that sending it again does no harm: 128 bits of a cryptographic hash of its id, so that two ids never
 * meet by accident. Immutable.
 */
public record DedupeId(long high, long low) {

    /**
     * The hash of an id.
     *
     * @param type tells ids of different types apart that have the same bytes
     */
    public static DedupeId of(char type, byte[] id) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected every Java platform to have SHA-256", e);
        }
        digest.update((byte) type);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(id));
        return new DedupeId(hash.getLong(), hash.getLong());
    }
}
