// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.wire.ReceiverSpec;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what the link of a consumer looks like: name, capabilities, durability, prefetch. */
final class ConsumerLinks {
    private final ClientConnection connection;
    private final String linkId;
    private final ClientOptions options;

    /** A link to attach, and how many messages it may be sent ahead. */
    record Plan(ReceiverSpec link, int prefetch) {}

    ConsumerLinks(ClientConnection connection, String linkId, ClientOptions options) {
        this.connection = connection;
        this.linkId = linkId;
        this.options = options;
    }

    Plan plan(ConsumerSpec spec, AckMode ackMode) throws JMSException {
        PostriderDestination destination = spec.destination();
        String address = connection.address(destination);
        List<String> capabilities = new ArrayList<>();
        capabilities.add(destination.kind().capability());
        if (spec.isShared()) {
            capabilities.add("shared");
            if (!connection.subscriptions().hasClientId()) {
                capabilities.add("global");
            }
        }
        boolean isPresettled = ackMode == AckMode.NONE
                || (ackMode != AckMode.TRANSACTED && options.presettle().isConsumer(destination.kind()));
        boolean isExclusiveDurable = spec.isDurable() && !spec.isShared();
        ReceiverSpec link = new ReceiverSpec(
                name(spec, address),
                address,
                capabilities,
                List.of(),
                spec.isDurable(),
                isExclusiveDurable,
                isPresettled,
                spec.selector(),
                spec.isNoLocal());
        return new Plan(link, prefetch(spec));
    }

    private String name(ConsumerSpec spec, String address) throws JMSException {
        if (spec.subscription() == null) {
            return "postrider:receiver:" + linkId + ":" + address;
        }
        return connection.subscriptions().take(spec);
    }

    private int prefetch(ConsumerSpec spec) {
        if (!spec.destination().kind().isTopic()) {
            return options.prefetch().queue();
        }
        return spec.isDurable()
                ? options.prefetch().durableTopic()
                : options.prefetch().topic();
    }

    /** The link of a browser's enumeration. */
    Plan browse(PostriderDestination queue, @Nullable String selector) {
        String address = connection.address(queue);
        ReceiverSpec link = new ReceiverSpec(
                "postrider:browser:" + linkId + ":" + address,
                address,
                List.of(queue.kind().capability()),
                List.of(),
                false,
                true,
                true,
                selector,
                false);
        return new Plan(link, options.prefetch().browser());
    }
}
