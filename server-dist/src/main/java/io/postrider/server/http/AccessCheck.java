// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;
import io.postrider.server.security.OperatorToken;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets administrators through: HTTP Basic with a user of the broker, or the operator token as a bearer. The check of a
 * password runs elsewhere; the request is paused meanwhile.
 */
final class AccessCheck implements Handler<RoutingContext> {
    private final Authenticator authenticator;

    AccessCheck(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public void handle(RoutingContext request) {
        String[] login = login(request.request().getHeader("Authorization"));
        if (login == null) {
            challenge(request, "Expected HTTP Basic with a user of the broker, or the operator token as a bearer");
            return;
        }
        request.request().pause();
        Context loop = request.vertx().getOrCreateContext();
        authenticator.authenticate(login[0], login[1], new Reply<>() {
            @Override
            public void ok(Authenticator.Identity identity) {
                loop.runOnContext(ignored -> admit(request, identity));
            }

            @Override
            public void rejected(Rejection rejection) {
                loop.runOnContext(ignored -> {
                    request.request().resume();
                    challenge(request, rejection.text());
                });
            }
        });
    }

    private static void admit(RoutingContext request, Authenticator.Identity identity) {
        request.request().resume();
        if (identity.isAdmin()) {
            request.next();
        } else {
            ApiErrors.send(request, 403, "UNAUTHORIZED", "User " + identity.user() + " does not have the role admin");
        }
    }

    private static void challenge(RoutingContext request, String text) {
        request.response().putHeader("WWW-Authenticate", "Basic realm=\"postrider\", charset=\"UTF-8\"");
        ApiErrors.send(request, 401, "UNAUTHENTICATED", text);
    }

    /** User and password, or null if the header is missing or malformed. */
    private static String @Nullable [] login(@Nullable String header) {
        if (header == null) {
            return null;
        }
        int space = header.indexOf(' ');
        String scheme = space < 0 ? "" : header.substring(0, space).toLowerCase(Locale.ROOT);
        String credentials = header.substring(space + 1).strip();
        if (scheme.equals("bearer")) {
            return new String[] {OperatorToken.USER, credentials};
        }
        if (!scheme.equals("basic")) {
            return null;
        }
        try {
            String decoded = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            return colon < 0 ? null : new String[] {decoded.substring(0, colon), decoded.substring(colon + 1)};
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
