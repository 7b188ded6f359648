// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;

/** Where the ends of durable messages go: to the log, or to a transaction that collects them. Called on the shard's thread. */
public interface Ends {
    /** A durable message was accepted; neighbours are merged into one command. */
    void settle(Dispatcher dispatcher, long offset, long bytes);

    /** Any other end or return of a durable message. */
    void propose(Command command);

    /** A command has to wait until its message is read. */
    default void readBegins() {}

    /** The message was read; its command, if there still is one, was proposed. */
    default void readEnds() {}
}
