// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** What both kinds of link tell their owner. Called on the connection's event loop. */
public interface LinkHandler {

    /** The peer detached. The owner answers with {@link EngineLink#detach}, now or later. */
    void remoteDetached(boolean isClosed, @Nullable ErrorCondition error);

    /**
     * The link ended otherwise: by us, with its session, or with the connection.
     *
     * @param isOrderly whether somebody meant it, and not a broken rule or a lost socket
     */
    void lost(boolean isOrderly);
}
