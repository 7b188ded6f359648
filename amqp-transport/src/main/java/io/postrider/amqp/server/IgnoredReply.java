// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Reply;

/** For requests whose refusal changes nothing: what was to be deleted is gone already. Any thread. */
enum IgnoredReply implements Reply<AddressDefinition> {
    ADDRESS;

    static Reply<AddressDefinition> address() {
        return ADDRESS;
    }

    @Override
    public void ok(AddressDefinition value) {}

    @Override
    public void rejected(Rejection rejection) {}
}
