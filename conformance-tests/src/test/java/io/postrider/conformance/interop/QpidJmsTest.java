// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

class QpidJmsTest extends ClientContract {
    QpidJmsTest() {
        super(Clients.QPID_JMS);
    }
}
