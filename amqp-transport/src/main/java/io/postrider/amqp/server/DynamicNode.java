// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Reply;

/**
 * An address that a link asked for (AMQP 1.0 §3.5.10): it is deleted when its lifetime policy says so. Any thread.
 *
 * <p>Two things can be waited for: that the creating link is gone, or that no link is left; and on top of that, that no
 * message is left. The last can only be asked of the broker, so it is asked again now and then.
 */
final class DynamicNode {
    private final BrokerGateway gateway;
    private final DynamicNodes nodes;
    private final AddressDefinition definition;
    private final LifetimePolicy policy;

    // Guarded by this: links of any event loop come and go.
    private int links;
    private boolean isCreatorGone;
    private boolean isChecking;
    private boolean isDeleted;

    DynamicNode(BrokerGateway gateway, DynamicNodes nodes, AddressDefinition definition, LifetimePolicy policy) {
        this.gateway = gateway;
        this.nodes = nodes;
        this.definition = definition;
        this.policy = policy;
    }

    AddressKey key() {
        return definition.key();
    }

    AddressKind kind() {
        return definition.kind();
    }

    LifetimePolicy policy() {
        return policy;
    }

    /** Under which connection id the broker lets receivers in. */
    String owner() {
        return String.valueOf(definition.temporaryOwner());
    }

    /** A link is attached to the node. */
    synchronized void linked() {
        links++;
    }

    /** A link is gone. */
    void unlinked() {
        synchronized (this) {
            links--;
        }
        consider(() -> {});
    }

    /**
     * The link that caused the node is gone, and its terminus with it.
     *
     * @param then run once the node is deleted, or at once if it stays
     */
    void creatorGone(Runnable then) {
        synchronized (this) {
            isCreatorGone = true;
        }
        consider(then);
    }

    /** Asks again whether there are messages left, if that is all that keeps the node. */
    void recheck() {
        consider(() -> {});
    }

    private enum Decision {
        STAY,
        CHECK,
        DELETE
    }

    private void consider(Runnable then) {
        switch (decide()) {
            case STAY -> then.run();
            case DELETE -> delete(then);
            case CHECK -> new EmptinessCheck(gateway, definition, isEmpty -> checked(isEmpty, then)).start();
        }
    }

    private synchronized Decision decide() {
        if (isDeleted || isChecking || !isUnused()) {
            return Decision.STAY;
        }
        if (policy.outlivesMessages()) {
            isChecking = true;
            return Decision.CHECK;
        }
        isDeleted = true;
        return Decision.DELETE;
    }

    private boolean isUnused() {
        return isCreatorGone && (!policy.outlivesLinks() || links == 0);
    }

    private void checked(boolean isEmpty, Runnable then) {
        boolean deletesNow;
        synchronized (this) {
            isChecking = false;
            deletesNow = isEmpty && isUnused() && !isDeleted;
            isDeleted |= deletesNow;
        }
        if (deletesNow) {
            delete(then);
        } else {
            nodes.recheckLater(this);
            then.run();
        }
    }

    private void delete(Runnable then) {
        nodes.forget(this);
        gateway.deleteAddress(key(), new Reply<>() {
            @Override
            public void ok(AddressDefinition deleted) {
                then.run();
            }

            @Override
            public void rejected(Rejection rejection) {
                // Gone already, or the broker is failing: either way there is nobody to tell.
                then.run();
            }
        });
    }
}
