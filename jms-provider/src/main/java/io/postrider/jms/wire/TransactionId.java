// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import org.apache.qpid.proton.amqp.Binary;

/** The name a broker gave a transaction (AMQP 1.0 §4.5.4). Immutable. */
public record TransactionId(Binary binary) {}
