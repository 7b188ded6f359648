// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.server.security.OperatorToken;

/** Who a command says it is. Immutable; printing it shows no password. */
record Login(String user, String password) {
    boolean isOperator() {
        return user.equals(OperatorToken.USER);
    }

    @Override
    public String toString() {
        return "Login[" + user + "]";
    }
}
