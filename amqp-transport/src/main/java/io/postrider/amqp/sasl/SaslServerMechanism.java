// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** The broker's side of one mechanism, for one exchange. Owned by the connection's thread. */
interface SaslServerMechanism {

    Symbol name();

    /** The peer chose this mechanism; a null response means that it sent none, which an empty one is not. */
    void init(byte @Nullable [] initialResponse, SaslListener listener);

    /** The peer answered a challenge. */
    void response(byte[] response, SaslListener listener);
}
