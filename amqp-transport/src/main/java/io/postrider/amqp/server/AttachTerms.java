// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/** What both kinds of attach have in common. Stateless. */
final class AttachTerms {
    private AttachTerms() {}

    static boolean contains(Symbol @Nullable [] capabilities, Symbol wanted) {
        return capabilities != null && Arrays.asList(capabilities).contains(wanted);
    }

    /** We honour every settle mode, so each is answered as asked: some clients fail the link otherwise. */
    static void echoModes(Attach attach, Attach reply) {
        reply.setSndSettleMode(attach.getSndSettleMode());
        reply.setRcvSettleMode(attach.getRcvSettleMode());
    }
}
