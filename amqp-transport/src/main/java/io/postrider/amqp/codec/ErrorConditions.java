// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** The one table between the broker's error codes and AMQP's error conditions (AMQP 1.0 §2.8.15–2.8.18). Any thread. */
public final class ErrorConditions {
    public static final Symbol CONNECTION_FORCED = Symbol.valueOf("amqp:connection:forced");
    public static final Symbol FRAMING_ERROR = Symbol.valueOf("amqp:connection:framing-error");
    public static final Symbol DECODE_ERROR = Symbol.valueOf("amqp:decode-error");
    public static final Symbol INTERNAL_ERROR = Symbol.valueOf("amqp:internal-error");
    public static final Symbol INVALID_FIELD = Symbol.valueOf("amqp:invalid-field");
    public static final Symbol DETACH_FORCED = Symbol.valueOf("amqp:link:detach-forced");

    /** Key of {@code info} that says which field was invalid. */
    public static final Symbol INFO_INVALID_FIELD = Symbol.valueOf("invalid-field");
    /** Key of {@code info} that names the part of the terminus; {@code filter} marks an invalid selector. */
    public static final Symbol INFO_FIELD = Symbol.valueOf("field");

    private static final Symbol FILTER = Symbol.valueOf("filter");
    private static final Map<Symbol, ErrorCode> CODES = codes();

    private ErrorConditions() {}

    /** The condition of a code on a link or a rejected delivery. */
    public static Symbol symbol(ErrorCode code) {
        return switch (code) {
            case NOT_FOUND -> Symbols.NOT_FOUND;
            case NOT_ALLOWED -> Symbols.NOT_ALLOWED;
            case UNAUTHORIZED -> Symbols.UNAUTHORIZED_ACCESS;
            case INVALID_FIELD, INVALID_SELECTOR -> INVALID_FIELD;
            case NOT_IMPLEMENTED -> Symbols.NOT_IMPLEMENTED;
            case UNDECODABLE -> DECODE_ERROR;
            case RESOURCE_LIMIT -> Symbols.RESOURCE_LIMIT_EXCEEDED;
            case RESOURCE_LOCKED -> Symbols.RESOURCE_LOCKED;
            case RESOURCE_DELETED -> Symbols.RESOURCE_DELETED;
            case PRECONDITION_FAILED -> Symbols.PRECONDITION_FAILED;
            case ILLEGAL_STATE -> Symbols.ILLEGAL_STATE;
            case STOLEN -> Symbols.LINK_STOLEN;
            case FORCED -> DETACH_FORCED;
            case TRANSACTION_ROLLED_BACK -> Symbols.TRANSACTION_ROLLBACK;
            case TRANSACTION_TIMEOUT -> Symbols.TRANSACTION_TIMEOUT;
            case TRANSACTION_UNKNOWN -> Symbols.TRANSACTION_UNKNOWN_ID;
            case STORE_FAILED, INTERNAL -> INTERNAL_ERROR;
        };
    }

    /** A refusal as the error of a detach or of a rejected delivery. */
    public static ErrorCondition condition(Rejection rejection) {
        ErrorCondition condition = new ErrorCondition(symbol(rejection.code()), rejection.text());
        if (rejection.code() == ErrorCode.INVALID_SELECTOR) {
            condition.setInfo(Map.of(INFO_FIELD, FILTER, INFO_INVALID_FIELD, FILTER));
        }
        return condition;
    }

    /** A refusal as the error of a close: what was forced on a link is forced on the connection. */
    public static ErrorCondition connectionCondition(Rejection rejection) {
        return rejection.code() == ErrorCode.FORCED
                ? new ErrorCondition(CONNECTION_FORCED, rejection.text())
                : condition(rejection);
    }

    /** The code of a peer's error; {@code INTERNAL} for conditions that have none of their own. */
    public static ErrorCode code(ErrorCondition condition) {
        ErrorCode code = CODES.getOrDefault(condition.getCondition(), ErrorCode.INTERNAL);
        return code == ErrorCode.INVALID_FIELD && isAboutFilter(condition.getInfo())
                ? ErrorCode.INVALID_SELECTOR
                : code;
    }

    private static boolean isAboutFilter(@Nullable Map<?, ?> info) {
        if (info == null) {
            return false;
        }
        Object field = info.get(INFO_FIELD);
        if (field == null) {
            // Some peers write string keys here.
            field = info.get(INFO_FIELD.toString());
        }
        return field != null && field.toString().equals(FILTER.toString());
    }

    private static Map<Symbol, ErrorCode> codes() {
        Map<Symbol, ErrorCode> codes = new HashMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            codes.put(symbol(code), code);
        }
        // Two codes share these; the selector is told apart by the info map, a failed log is told to nobody.
        codes.put(INVALID_FIELD, ErrorCode.INVALID_FIELD);
        codes.put(INTERNAL_ERROR, ErrorCode.INTERNAL);
        codes.put(CONNECTION_FORCED, ErrorCode.FORCED);
        return Map.copyOf(codes);
    }

    /** Conditions only this table names. */
    private static final class Symbols {
        static final Symbol NOT_FOUND = Symbol.valueOf("amqp:not-found");
        static final Symbol NOT_ALLOWED = Symbol.valueOf("amqp:not-allowed");
        static final Symbol UNAUTHORIZED_ACCESS = Symbol.valueOf("amqp:unauthorized-access");
        static final Symbol NOT_IMPLEMENTED = Symbol.valueOf("amqp:not-implemented");
        static final Symbol RESOURCE_LIMIT_EXCEEDED = Symbol.valueOf("amqp:resource-limit-exceeded");
        static final Symbol RESOURCE_LOCKED = Symbol.valueOf("amqp:resource-locked");
        static final Symbol RESOURCE_DELETED = Symbol.valueOf("amqp:resource-deleted");
        static final Symbol PRECONDITION_FAILED = Symbol.valueOf("amqp:precondition-failed");
        static final Symbol ILLEGAL_STATE = Symbol.valueOf("amqp:illegal-state");
        static final Symbol LINK_STOLEN = Symbol.valueOf("amqp:link:stolen");

        static final Symbol TRANSACTION_ROLLBACK = Symbol.valueOf("amqp:transaction:rollback");
        static final Symbol TRANSACTION_TIMEOUT = Symbol.valueOf("amqp:transaction:timeout");
        static final Symbol TRANSACTION_UNKNOWN_ID = Symbol.valueOf("amqp:transaction:unknown-id");

        private Symbols() {}
    }
}
