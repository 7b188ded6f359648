// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

/**
 * One received frame.
 *
 * @param type 0 AMQP, 1 SASL
 * @param body the decoded performative or SASL frame body; null for an empty frame
 * @param payload what follows the performative
 */
public record Frame(int type, int channel, Object body, byte[] payload) {

    public <T> T body(Class<T> kind) {
        return kind.cast(body);
    }
}
