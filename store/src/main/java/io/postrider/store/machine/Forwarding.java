// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one message to an address and to every address its routes lead to, each of them once: rules that were changed one by one may close a
 * loop, and a wildcard topic and a rule may lead to the same place. Pure; used for one message.
 */
public final class Forwarding {
    private final MessageInspector inspector;
    private final List<AddressState> reached = new ArrayList<>();
    private MessageInspector.@Nullable Fields fields;

    public Forwarding(MessageInspector inspector) {
        this.inspector = inspector;
    }

    /** @param keep takes the message at one address where it stays */
    public void deliver(AddressState address, Message message, Consumer<AddressState> keep) {
        reached.add(address);
        boolean isMoved = false;
        List<Route> routes = address.routes();
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (matches(route, message)) {
                if (!reached.contains(route.target())) {
                    isMoved |= route.isMove();
                    deliver(route.target(), message, keep);
                }
            }
        }
        if (!isMoved) {
            keep.accept(address);
        }
    }

    private boolean matches(Route route, Message message) {
        if (route.selector() == null) {
            return true;
        }
        if (fields == null) {
            fields = inspector.open(message);
        }
        return route.selector().matches(fields);
    }
}
