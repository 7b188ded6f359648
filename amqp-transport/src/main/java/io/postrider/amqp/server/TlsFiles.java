// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, and the authorities whose client certificates are believed, from PEM files. {@link #reload} takes
 * changed files for connections to come; those that are open keep what they have. Any thread; reading blocks.
 */
public final class TlsFiles {

    /** What is asked of a client. */
    public enum Client {
        NONE(ClientAuth.NONE),
        /** Its certificate, if it has one. */
        REQUESTED(ClientAuth.OPTIONAL),
        REQUIRED(ClientAuth.REQUIRE);

        private final ClientAuth netty;

        Client(ClientAuth netty) {
            this.netty = netty;
        }
    }

    private final Path certificate;
    private final Path key;
    private final @Nullable Path clientAuthorities;
    private final Client client;
    private volatile SslContext context;
    private List<Object> state;

    /**
     * Reads the files.
     *
     * @param certificate the chain, our own certificate first
     * @param key PKCS #8, not encrypted
     * @param clientAuthorities null if no client certificate is asked for
     * @throws IOException if a file cannot be read or holds something else, with a text that names it
     */
    public TlsFiles(Path certificate, Path key, @Nullable Path clientAuthorities, Client client) throws IOException {
        this.certificate = certificate;
        this.key = key;
        this.clientAuthorities = clientAuthorities;
        this.client = client;
        this.state = stateOfFiles();
        this.context = load();
    }

    SslContext context() {
        return context;
    }

    /**
     * Reads the files again if they have changed.
     *
     * @return whether they had
     * @throws IOException if what is there now cannot be used; the former certificate stays
     */
    public synchronized boolean reload() throws IOException {
        List<Object> now = stateOfFiles();
        if (now.equals(state)) {
            return false;
        }
        state = now;
        context = load();
        return true;
    }

    private SslContext load() throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(client.netty);
            if (clientAuthorities != null) {
                builder.trustManager(clientAuthorities.toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "Expected a certificate in " + certificate + ", its PKCS #8 key in " + key
                            + (clientAuthorities == null
                                    ? ""
                                    : " and certificates of authorities in " + clientAuthorities)
                            + ", all as PEM: " + e.getMessage(),
                    e);
        }
    }

    private List<Object> stateOfFiles() throws IOException {
        List<Object> all = new ArrayList<>();
        for (Path file :
                clientAuthorities == null ? List.of(certificate, key) : List.of(certificate, key, clientAuthorities)) {
            all.add(Files.getLastModifiedTime(file));
            all.add(Files.size(file));
        }
        return all;
    }

    @Override
    public String toString() {
        return "TlsFiles[" + certificate + "]";
    }
}
