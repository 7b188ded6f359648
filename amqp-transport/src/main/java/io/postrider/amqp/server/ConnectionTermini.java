// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSession;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;

/** The suspended termini of one connection's links, and what makes each expire. Owned by the connection's event loop. */
final class ConnectionTermini {
    private static final long MS_PER_S = 1000;
    private static final int SUSPENDED_MAX = 4096;

    private final SuspendedTermini suspended;
    private final LoopScope loop;
    private final List<Terminus> waiting = new ArrayList<>();

    ConnectionTermini(SuspendedTermini suspended, LoopScope loop) {
        this.suspended = suspended;
        this.loop = loop;
    }

    /** The link is gone and may come back. */
    void suspend(Terminus terminus) {
        suspended.add(terminus);
        if (terminus.policy() == TerminusExpiryPolicy.LINK_DETACH) {
            startTimeout(terminus);
        } else if (terminus.policy() != TerminusExpiryPolicy.NEVER) {
            waiting.removeIf(other -> other.identity().equals(terminus.identity()));
            waiting.add(terminus);
            if (waiting.size() > SUSPENDED_MAX) {
                // A peer that leaves termini behind without end keeps the newest.
                startTimeout(waiting.remove(0));
            }
        }
    }

    void sessionEnded(EngineSession session) {
        waiting.removeIf(terminus -> {
            boolean ends = terminus.policy() == TerminusExpiryPolicy.SESSION_END && terminus.session() == session;
            if (ends) {
                startTimeout(terminus);
            }
            return ends;
        });
    }

    void connectionEnded() {
        waiting.forEach(this::startTimeout);
        waiting.clear();
    }

    private void startTimeout(Terminus terminus) {
        if (terminus.timeoutS() == 0) {
            suspended.expire(terminus);
        } else {
            loop.schedule(terminus.timeoutS() * MS_PER_S, () -> suspended.expire(terminus));
        }
    }
}
