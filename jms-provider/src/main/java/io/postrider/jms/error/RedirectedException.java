// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.error;

import org.jspecify.annotations.Nullable;

/** The broker has ended the connection and named another to turn to (AMQP 1.0 §2.8.16). */
public final class RedirectedException extends LostConnectionException {
    private static final long serialVersionUID = 1L;

    private final String host;
    private final int port;
    private final String scheme;
    private final String path;

    /**
     * @param port -1 if the broker named none
     * @param scheme empty if the broker named none
     */
    public RedirectedException(String text, @Nullable String code, String host, int port, String scheme, String path) {
        super(text, code);
        this.host = host;
        this.port = port;
        this.scheme = scheme;
        this.path = path;
    }

    /** The same for one more caller. */
    RedirectedException again() {
        return new RedirectedException(String.valueOf(getMessage()), getErrorCode(), host, port, scheme, path);
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String scheme() {
        return scheme;
    }

    public String path() {
        return path;
    }
}
