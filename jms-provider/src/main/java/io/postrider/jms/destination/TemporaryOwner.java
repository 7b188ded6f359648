// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import org.jspecify.annotations.Nullable;

/** The connection that created a temporary destination: the only one that may receive from it or delete it. */
public interface TemporaryOwner {
    void deleteTemporary(PostriderDestination destination) throws JMSException;

    static void delete(@Nullable TemporaryOwner owner, PostriderDestination destination) throws JMSException {
        if (owner == null) {
            throw new IllegalStateException(
                    "Only the connection that created " + destination.name() + " can delete it");
        }
        owner.deleteTemporary(destination);
    }
}
