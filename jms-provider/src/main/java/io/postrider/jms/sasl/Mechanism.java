// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

/** The client's side of one SASL mechanism, for one exchange. Owned by the thread that opens the connection. */
public interface Mechanism {
    String name();

    /** What the init carries; may be empty. */
    byte[] initialResponse();

    /**
     * Answers a challenge.
     *
     * @throws MechanismException if the challenge is not what the mechanism allows, or shows that the broker is a false one
     */
    byte[] respond(byte[] challenge) throws MechanismException;

    /**
     * Checks that the mechanism has seen all it must before it may believe an outcome of "ok".
     *
     * @param additionalData of the outcome; may be empty
     * @throws MechanismException if it has not
     */
    default void checkComplete(byte[] additionalData) throws MechanismException {}
}
