// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

/**
 * The name of a durable topic subscription (Jakarta Messaging 3.1 §8.3). Immutable.
 *
 * <p>The topic is not part of the key: subscribing again under the same name to another topic replaces the old
 * subscription. Exclusive and shared durable subscriptions share one name space.
 *
 * @param virtualHost virtual host of the topic
 * @param scope container id (JMS client id) that owns the name, or {@link #GLOBAL_SCOPE}
 * @param name subscription name without any link-name suffix
 */
public record SubscriptionKey(String virtualHost, String scope, String name) implements Comparable<SubscriptionKey> {
    /** Scope of shared subscriptions made without a client id. */
    public static final String GLOBAL_SCOPE = "";

    /** Scope of the cursors of readers that end with their link, and that no peer may name. */
    public static final String READER_SCOPE = "$reader";

    /** Whether it is the cursor of one link, which ends with it. */
    public boolean isReader() {
        return scope.equals(READER_SCOPE);
    }

    @Override
    public int compareTo(SubscriptionKey other) {
        int order = virtualHost.compareTo(other.virtualHost);
        if (order == 0) {
            order = scope.compareTo(other.scope);
        }
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return scope.isEmpty() ? name : scope + ":" + name;
    }
}
