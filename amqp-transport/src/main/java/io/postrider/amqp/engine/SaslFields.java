// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.jspecify.annotations.Nullable;

/**
 * The fields of what a SASL client sends (AMQP 1.0 §5.3.3), read without making a symbol of anything a stranger sends: symbols
 * are never forgotten. Stateless.
 */
final class SaslFields {
    /** Stands for any mechanism whose name we never heard of. */
    private static final Symbol UNHEARD_OF = Symbol.valueOf("(unknown)");

    private static final Map<String, Symbol> MECHANISMS = Stream.of(
                    "ANONYMOUS",
                    "EXTERNAL",
                    "PLAIN",
                    "SCRAM-SHA-1",
                    "SCRAM-SHA-256",
                    "SCRAM-SHA-512",
                    "OAUTHBEARER",
                    "XOAUTH2",
                    "CRAM-MD5",
                    "DIGEST-MD5",
                    "GSSAPI")
            .collect(Collectors.toMap(Function.identity(), Symbol::valueOf));

    private SaslFields() {}

    /** @param fields behind the descriptor, with the list opened and checked */
    static SaslInit init(FieldScanner fields) {
        SaslInit init = new SaslInit();
        init.setMechanism(MECHANISMS.getOrDefault(fields.symbol(), UNHEARD_OF));
        init.setInitialResponse(binary(fields));
        return init;
    }

    static SaslResponse response(FieldScanner fields) {
        SaslResponse response = new SaslResponse();
        response.setResponse(binary(fields));
        return response;
    }

    private static @Nullable Binary binary(FieldScanner fields) {
        byte[] bytes = fields.binaryBytes();
        return bytes == null ? null : new Binary(bytes);
    }
}
