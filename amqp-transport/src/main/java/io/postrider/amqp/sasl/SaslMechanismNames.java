// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.apache.qpid.proton.amqp.Symbol;

/** Names of the mechanisms, as registered. */
final class SaslMechanismNames {
    static final Symbol ANONYMOUS = Symbol.valueOf("ANONYMOUS");
    static final Symbol EXTERNAL = Symbol.valueOf("EXTERNAL");
    static final Symbol PLAIN = Symbol.valueOf("PLAIN");
    static final Symbol SCRAM_SHA_256 = Symbol.valueOf("SCRAM-SHA-256");
    static final Symbol OAUTHBEARER = Symbol.valueOf("OAUTHBEARER");
    static final Symbol XOAUTH2 = Symbol.valueOf("XOAUTH2");

    private SaslMechanismNames() {}
}
