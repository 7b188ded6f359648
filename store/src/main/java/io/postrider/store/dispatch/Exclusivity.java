// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.PolicyKey;
import org.jspecify.annotations.Nullable;

/**
 * Which consumer of a dispatcher is the only active one, where its policy wants one: the one of the highest priority, then the oldest. It becomes active only
 * when the others have nothing any more. Owned by the shard's thread.
 */
final class Exclusivity {
    private final Desk desk;
    private final Roster roster;
    private boolean isOn;
    private boolean isChanged;
    private @Nullable Consumption active;

    Exclusivity(Desk desk, Roster roster) {
        this.desk = desk;
        this.roster = roster;
    }

    boolean isOn() {
        return isOn;
    }

    /** Consumers came or went. */
    void rosterChanged() {
        isChanged = true;
    }

    /** Makes those wait that are not to be active. To be called before messages are handed out. */
    void review() {
        boolean isWanted = desk.address().policy().is(PolicyKey.CONSUMERS_EXCLUSIVE);
        if (isWanted == isOn && !(isOn && isChanged)) {
            return;
        }
        isOn = isWanted;
        Consumption best = isOn ? roster.firstTaker() : null;
        int others = desk.ledger().unsettledCount() - (best == null ? 0 : best.busy);
        boolean isReady = best == active || others == 0;
        for (int i = 0; i < roster.count(); i++) {
            Consumption consumer = roster.get(i);
            consumer.isWaiting = isOn && consumer.isSharing() && !(consumer == best && isReady);
        }
        if (isReady || !isOn) {
            active = best;
        }
        isChanged = isOn && !isReady;
        if (isChanged) {
            desk.ledger().watch(desk::wake);
        }
    }

    /** Whether messages go to a consumer, as far as others are concerned. */
    boolean isActive(Consumption consumer) {
        return !isOn || !consumer.isSharing() || (consumer == active && !consumer.isWaiting);
    }
}
