// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

class PostriderJmsTest extends ClientContract {
    PostriderJmsTest() {
        super(Clients.POSTRIDER_JMS);
    }
}
