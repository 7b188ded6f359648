// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

/**
 * One sending of one message, as it is written in the message's body: {@code producer/destination/sequence/number}.
 *
 * @param sequence the message, from 1 for each producer and destination; sent again with the same sequence when in doubt
 * @param number the sending, from 1 for each producer and destination; never used twice
 */
public record Copy(String producer, String destination, long sequence, long number) {

    public static Copy parse(String text) {
        String[] parts = text.split("/");
        if (parts.length != 4) {
            throw new IllegalArgumentException("Expected producer/destination/sequence/number, found " + text);
        }
        return new Copy(parts[0], parts[1], Long.parseLong(parts[2]), Long.parseLong(parts[3]));
    }

    @Override
    public String toString() {
        return producer + "/" + destination + "/" + sequence + "/" + number;
    }
}
