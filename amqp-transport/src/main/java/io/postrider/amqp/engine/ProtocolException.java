// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/**
 * The peer broke the protocol. Carries what is put on the wire; never leaves the engine's own entry points. Immutable and
 * without a stack trace, so that a stream of bad input costs nothing but its bytes.
 */
public final class ProtocolException extends RuntimeException {
    /** How much of the dialogue is ended by the error. */
    public enum Scope {
        CONNECTION,
        SESSION,
        LINK
    }

    private final Scope scope;
    private final transient Symbol condition;

    ProtocolException(Scope scope, Symbol condition, String text) {
        super(text, null, false, false);
        this.scope = scope;
        this.condition = condition;
    }

    static ProtocolException connection(Symbol condition, String text) {
        return new ProtocolException(Scope.CONNECTION, condition, text);
    }

    static ProtocolException session(Symbol condition, String text) {
        return new ProtocolException(Scope.SESSION, condition, text);
    }

    static ProtocolException link(Symbol condition, String text) {
        return new ProtocolException(Scope.LINK, condition, text);
    }

    public Scope scope() {
        return scope;
    }

    public Symbol condition() {
        return condition;
    }

    ErrorCondition toCondition() {
        return new ErrorCondition(condition, getMessage());
    }
}
