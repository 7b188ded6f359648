// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.IllegalStateException;

/** Which of the three interface families an object was made through (Jakarta Messaging 3.1 §9.2). */
enum Domain {
    COMMON,
    QUEUE,
    TOPIC;

    /** @throws IllegalStateException if the family is the one named, which does not have the method */
    void checkNot(Domain other, String method) throws IllegalStateException {
        if (this == other) {
            throw new IllegalStateException(
                    method + " is not for " + (this == QUEUE ? "queues" : "topics") + "-only connections and sessions");
        }
    }
}
