// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The ways peers write an address, in the order they are tried; the first hit wins. Any thread.
 *
 * <pre>
 *  $…, /management              a system node: there are none
 *  queue://n  temp-queue://n    queue n
 *  topic://n  temp-topic://n    topic n
 *  /queues/e                    queue, e percent-encoded UTF-8
 *  /topics/e  /exchanges/e      topic, e percent-encoded UTF-8
 *  topic::subscription          durable subscription of a topic, shared by everybody; q::q is queue q
 *  n                            as its capabilities say, else what exists, else a queue
 * </pre>
 *
 * What the form says and what the terminus' capabilities say must agree. A null address is no form: it means the
 * anonymous terminus, which the link decides on.
 */
public final class AddressForms {
    private static final Set<String> SYSTEM_NODES = Set.of("/management");

    private AddressForms() {}

    /** What an address turned out to mean. */
    public sealed interface Form {}

    /**
     * @param kind the kind the peer insists on, or null if the address decides
     * @param subscription the subscription of a topic that is meant, or null
     */
    public record Named(
            AddressKey key,
            @Nullable AddressKind kind,
            @Nullable String subscription) implements Form {
        public Named(AddressKey key, @Nullable AddressKind kind) {
            this(key, kind, null);
        }
    }

    /** No address of this broker. */
    public record Refused(Rejection rejection) implements Form {}

    /** Reads the address of a terminus, whose capabilities may tell the kind. */
    public static Form read(String virtualHost, String address, Set<Symbol> capabilities) {
        if (Capabilities.asksForQueue(capabilities) && Capabilities.asksForTopic(capabilities)) {
            return refused(
                    ErrorCode.ILLEGAL_STATE, "Expected capabilities of a queue or of a topic, but found both", address);
        }
        return read(virtualHost, address, Capabilities.kind(capabilities));
    }

    /** Reads an address of which the kind may be told apart from it, as in a message's {@code to}. */
    public static Form read(String virtualHost, String address, @Nullable AddressKind kind) {
        if (address.startsWith("$") || SYSTEM_NODES.contains(address)) {
            return refused(ErrorCode.NOT_FOUND, "There is no system node of this name", address);
        }
        int schemeEnd = address.indexOf("://");
        if (schemeEnd >= 0) {
            return withScheme(virtualHost, address, schemeEnd, kind);
        }
        if (address.startsWith("/queues/")) {
            return encoded(virtualHost, address, "/queues/", AddressKind.QUEUE, kind);
        }
        if (address.startsWith("/topics/")) {
            return encoded(virtualHost, address, "/topics/", AddressKind.TOPIC, kind);
        }
        if (address.startsWith("/exchanges/")) {
            if (address.indexOf('/', "/exchanges/".length()) >= 0) {
                return refused(ErrorCode.NOT_IMPLEMENTED, "Topics have no routing keys", address);
            }
            return encoded(virtualHost, address, "/exchanges/", AddressKind.TOPIC, kind);
        }
        int colons = address.indexOf("::");
        if (colons > 0) {
            return qualified(virtualHost, address, colons, kind);
        }
        return named(virtualHost, address, address, kind);
    }

    /** An address and one of its queues: a queue has only itself, a topic has its subscriptions. */
    private static Form qualified(String virtualHost, String address, int colons, @Nullable AddressKind asked) {
        String name = address.substring(0, colons);
        String queue = address.substring(colons + 2);
        if (queue.equals(name)) {
            return agreed(virtualHost, address, name, AddressKind.QUEUE, asked);
        }
        String problem = nameProblem(queue);
        if (problem != null) {
            return refused(ErrorCode.INVALID_FIELD, problem, address);
        }
        // The capability queue means the subscription's own queue here, so it does not contradict the topic.
        Form topic = named(virtualHost, address, name, AddressKind.TOPIC);
        return topic instanceof Named named ? new Named(named.key(), AddressKind.TOPIC, queue) : topic;
    }

    private static Form withScheme(String virtualHost, String address, int schemeEnd, @Nullable AddressKind asked) {
        AddressKind kind = switch (address.substring(0, schemeEnd)) {
            case "queue", "temp-queue" -> AddressKind.QUEUE;
            case "topic", "temp-topic" -> AddressKind.TOPIC;
            default -> null;
        };
        if (kind == null) {
            return refused(ErrorCode.INVALID_FIELD, "Expected queue:// or topic:// as scheme", address);
        }
        return agreed(virtualHost, address, address.substring(schemeEnd + 3), kind, asked);
    }

    private static Form encoded(
            String virtualHost, String address, String prefix, AddressKind kind, @Nullable AddressKind asked) {
        String name = PercentDecoder.decode(address.substring(prefix.length()));
        if (name == null) {
            return refused(ErrorCode.INVALID_FIELD, "Expected one percent-encoded name after " + prefix, address);
        }
        return agreed(virtualHost, address, name, kind, asked);
    }

    private static Form agreed(
            String virtualHost, String address, String name, AddressKind kind, @Nullable AddressKind asked) {
        if (asked != null && asked != kind) {
            return refused(
                    ErrorCode.ILLEGAL_STATE,
                    "The address names a " + kind.name().toLowerCase(Locale.ROOT) + ", the capabilities do not",
                    address);
        }
        return named(virtualHost, address, name, kind);
    }

    private static Form named(String virtualHost, String address, String name, @Nullable AddressKind kind) {
        String problem = nameProblem(name);
        return problem == null
                ? new Named(new AddressKey(virtualHost, name), kind)
                : refused(ErrorCode.INVALID_FIELD, problem, address);
    }

    /** Why this cannot be the name of a queue or topic, or null if it can. */
    public static @Nullable String nameProblem(String name) {
        if (name.isEmpty()) {
            return "Expected a name, but found none";
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > AddressKey.NAME_BYTES_MAX) {
            return "Expected a name of at most " + AddressKey.NAME_BYTES_MAX + " bytes";
        }
        if (name.startsWith("$") || name.contains("::") || name.contains("://")) {
            return "Expected a name without $ at its start, :: or ://";
        }
        boolean isText = name.codePoints()
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
        return isText ? null : "Expected a name without control characters";
    }

    private static Refused refused(ErrorCode code, String text, String address) {
        return new Refused(new Rejection(code, text + " [address=" + address + "]"));
    }
}
