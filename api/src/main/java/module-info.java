// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/** Vocabulary and ports of the broker, and the selector language; the JDK is all it needs. */
module io.postrider.api {
    requires static transitive org.jspecify;

    exports io.postrider.api.address;
    exports io.postrider.api.command;
    exports io.postrider.api.delivery;
    exports io.postrider.api.error;
    exports io.postrider.api.message;
    exports io.postrider.api.port;
    exports io.postrider.api.selector;
}
