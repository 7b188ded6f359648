// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/**
 * The rules by which the consumers of one dispatcher share its messages. Owned by the shard's thread.
 *
 * @param keying what stays together
 * @param exclusivity whether only one gets messages
 * @param leases for how long one may have a message
 * @param slow who has one for too long
 */
record Sharing(Keying keying, Exclusivity exclusivity, Leases leases, SlowConsumers slow) {

    static Sharing of(Desk desk, Feeds feeds, Roster roster) {
        return new Sharing(
                new Keying(desk, feeds, roster),
                new Exclusivity(desk, roster),
                new Leases(desk),
                new SlowConsumers(desk, roster));
    }

    void joined(Consumption consumer) {
        exclusivity.rosterChanged();
        keying.joined(consumer);
    }

    void left(Consumption consumer) {
        exclusivity.rosterChanged();
        keying.left(consumer);
    }
}
