// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import org.jspecify.annotations.Nullable;

/**
 * Which message's life an operator wants to see. Immutable.
 *
 * @param offset the message's; null where the id says which
 * @param messageId the message's id as text; null where the offset says which
 */
public record TraceRequest(
        AddressKey address, @Nullable Long offset, @Nullable String messageId) {
    public TraceRequest {
        if ((offset == null) == (messageId == null)) {
            throw new IllegalArgumentException("Expected an offset or a message-id, and not both");
        }
    }
}
