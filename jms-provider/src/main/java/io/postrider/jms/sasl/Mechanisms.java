// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses the mechanism of an exchange: the strongest that both sides can. */
public final class Mechanisms {
    private static final String EXTERNAL = "EXTERNAL";
    private static final String PLAIN = "PLAIN";
    private static final String ANONYMOUS = "ANONYMOUS";
    private static final String OAUTH = "OAUTHBEARER";
    private static final String XOAUTH = "XOAUTH2";

    private Mechanisms() {}

    /**
     * The first mechanism, in order of strength, that is offered, allowed, and possible with these credentials. A token goes
     * out only to a broker for which OAUTHBEARER or XOAUTH2 is named, because a password is not to be shown in its place.
     *
     * @param offered by the broker
     * @param wanted those that may be used; empty for all that need no naming
     * @param hasCertificate whether a certificate of ours was shown
     */
    public static Optional<Mechanism> choose(
            Collection<String> offered,
            List<String> wanted,
            @Nullable String user,
            @Nullable String password,
            boolean hasCertificate) {
        String name = user == null ? "" : user;
        String secret = password == null ? "" : password;
        if (isOpen(EXTERNAL, offered, wanted) && (hasCertificate || wanted.contains(EXTERNAL))) {
            return Optional.of(new OneResponse(EXTERNAL, ""));
        }
        if (isOpen(OAUTH, offered, wanted) && wanted.contains(OAUTH) && !secret.isEmpty()) {
            String authorization = name.isEmpty() ? "n,," : "n,a=" + name + ",";
            return Optional.of(new OneResponse(OAUTH, authorization + "\u0001auth=Bearer " + secret + "\u0001\u0001"));
        }
        if (isOpen(XOAUTH, offered, wanted) && wanted.contains(XOAUTH) && !secret.isEmpty()) {
            return Optional.of(
                    new OneResponse(XOAUTH, "user=" + name + "\u0001auth=Bearer " + secret + "\u0001\u0001"));
        }
        if (user != null) {
            for (Scram.Hash hash : Scram.Hash.values()) {
                if (isOpen(hash.mechanism, offered, wanted) && !secret.isEmpty()) {
                    return Optional.of(new Scram(hash, name, secret));
                }
            }
            if (isOpen(PLAIN, offered, wanted)) {
                return Optional.of(new OneResponse(PLAIN, "\0" + name + "\0" + secret));
            }
        }
        return isOpen(ANONYMOUS, offered, wanted) ? Optional.of(new OneResponse(ANONYMOUS, "")) : Optional.empty();
    }

    private static boolean isOpen(String name, Collection<String> offered, List<String> wanted) {
        return offered.contains(name) && (wanted.isEmpty() || wanted.contains(name));
    }
}
