// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of error conditions, both ways. */
class ErrorConditionsTest {

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, amqp:not-found, NOT_FOUND",
        "NOT_ALLOWED, amqp:not-allowed, NOT_ALLOWED",
        "UNAUTHORIZED, amqp:unauthorized-access, UNAUTHORIZED",
        "INVALID_FIELD, amqp:invalid-field, INVALID_FIELD",
        "INVALID_SELECTOR, amqp:invalid-field, INVALID_SELECTOR",
        "NOT_IMPLEMENTED, amqp:not-implemented, NOT_IMPLEMENTED",
        "UNDECODABLE, amqp:decode-error, UNDECODABLE",
        "RESOURCE_LIMIT, amqp:resource-limit-exceeded, RESOURCE_LIMIT",
        "RESOURCE_LOCKED, amqp:resource-locked, RESOURCE_LOCKED",
        "RESOURCE_DELETED, amqp:resource-deleted, RESOURCE_DELETED",
        "PRECONDITION_FAILED, amqp:precondition-failed, PRECONDITION_FAILED",
        "ILLEGAL_STATE, amqp:illegal-state, ILLEGAL_STATE",
        "STOLEN, amqp:link:stolen, STOLEN",
        "FORCED, amqp:link:detach-forced, FORCED",
        "TRANSACTION_ROLLED_BACK, amqp:transaction:rollback, TRANSACTION_ROLLED_BACK",
        "TRANSACTION_TIMEOUT, amqp:transaction:timeout, TRANSACTION_TIMEOUT",
        "TRANSACTION_UNKNOWN, amqp:transaction:unknown-id, TRANSACTION_UNKNOWN",
        "STORE_FAILED, amqp:internal-error, INTERNAL",
        "INTERNAL, amqp:internal-error, INTERNAL",
    })
    void everyCodeHasItsCondition(ErrorCode code, String symbol, ErrorCode back) {
        ErrorCondition condition = ErrorConditions.condition(new Rejection(code, "because"));

        assertEquals(Symbol.valueOf(symbol), condition.getCondition());
        assertEquals("because", condition.getDescription());
        assertEquals(back, ErrorConditions.code(condition));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void onlySelectorsSayWhichField(ErrorCode code) {
        Map<?, ?> info =
                ErrorConditions.condition(new Rejection(code, "because")).getInfo();

        if (code == ErrorCode.INVALID_SELECTOR) {
            assertEquals(Symbol.valueOf("filter"), info.get(Symbol.valueOf("field")));
            assertEquals(Symbol.valueOf("filter"), info.get(Symbol.valueOf("invalid-field")));
        } else {
            assertNull(info);
        }
    }

    @Test
    void forcedConnectionIsNotAForcedLink() {
        Rejection shutdown = new Rejection(ErrorCode.FORCED, "shutting down");
        Rejection other = new Rejection(ErrorCode.NOT_ALLOWED, "too many");

        ErrorCondition forced = ErrorConditions.connectionCondition(shutdown);

        assertEquals(Symbol.valueOf("amqp:connection:forced"), forced.getCondition());
        assertEquals(ErrorCode.FORCED, ErrorConditions.code(forced));
        assertEquals(
                Symbol.valueOf("amqp:not-allowed"),
                ErrorConditions.connectionCondition(other).getCondition());
    }

    @Test
    void unknownConditionsAreInternal() {
        assertEquals(
                ErrorCode.INTERNAL, ErrorConditions.code(new ErrorCondition(Symbol.valueOf("com.example:odd"), null)));
    }

    @Test
    void stringsInInfoAreUnderstoodToo() {
        ErrorCondition condition = new ErrorCondition(Symbol.valueOf("amqp:invalid-field"), null);
        condition.setInfo(Map.of("field", "filter"));

        assertEquals(ErrorCode.INVALID_SELECTOR, ErrorConditions.code(condition));
    }
}
