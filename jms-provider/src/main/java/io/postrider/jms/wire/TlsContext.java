// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.uri.ClientOptions.Tls;
import io.postrider.jms.uri.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Keys, trust and parameters of TLS, as the options say. Immutable. */
final class TlsContext {
    private final Tls options;
    private final SSLContext context;

    private TlsContext(Tls options, SSLContext context) {
        this.options = options;
        this.context = context;
    }

    /** @throws IOException with a sentence that names the store that cannot be used */
    static TlsContext of(Tls options) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance(options.protocol());
            context.init(keys(options), trust(options), null);
            return new TlsContext(options, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Whether a certificate of ours can be shown, by which a broker may know us. */
    static boolean hasCertificate(Tls options) {
        return !options.keyStore().isEmpty();
    }

    SSLContext context() {
        return context;
    }

    SSLSocket over(Socket socket, Server server) throws IOException {
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, server.host(), server.port(), true);
        secured.setUseClientMode(true);
        secured.setSSLParameters(parameters(secured.getSSLParameters()));
        return secured;
    }

    SSLParameters parameters(SSLParameters defaults) {
        defaults.setProtocols(choose(defaults.getProtocols(), options.enabledProtocols(), options.disabledProtocols()));
        defaults.setCipherSuites(
                choose(defaults.getCipherSuites(), options.enabledCiphers(), options.disabledCiphers()));
        if (options.isHostVerified() && !options.isEverybodyTrusted()) {
            defaults.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return defaults;
    }

    private static String[] choose(String[] defaults, List<String> enabled, List<String> disabled) {
        List<String> chosen = new ArrayList<>(enabled.isEmpty() ? Arrays.asList(defaults) : enabled);
        chosen.removeAll(disabled);
        return chosen.toArray(String[]::new);
    }

    private static KeyManager @Nullable [] keys(Tls options) throws IOException, GeneralSecurityException {
        if (options.keyStore().isEmpty()) {
            return null;
        }
        KeyStore store = load(options.keyStore(), options.keyStorePassword(), options.keyStoreType());
        if (!options.keyAlias().isEmpty() && !store.isKeyEntry(options.keyAlias())) {
            throw new IOException(
                    "Expected a key '" + options.keyAlias() + "' in " + options.keyStore() + ", but there is none");
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, options.keyStorePassword().toCharArray());
        KeyManager[] managers = factory.getKeyManagers();
        if (!options.keyAlias().isEmpty()) {
            for (int i = 0; i < managers.length; i++) {
                if (managers[i] instanceof X509ExtendedKeyManager all) {
                    managers[i] = new OneKey(all, options.keyAlias());
                }
            }
        }
        return managers;
    }

    private static TrustManager @Nullable [] trust(Tls options) throws IOException, GeneralSecurityException {
        if (options.isEverybodyTrusted()) {
            return new TrustManager[] {new TrustEverybody()};
        }
        if (options.trustStore().isEmpty()) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(load(options.trustStore(), options.trustStorePassword(), options.trustStoreType()));
        return factory.getTrustManagers();
    }

    private static KeyStore load(String location, String password, String type)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(type.isEmpty() ? KeyStore.getDefaultType() : type);
        try (InputStream in = Files.newInputStream(Path.of(location))) {
            store.load(in, password.isEmpty() ? null : password.toCharArray());
        } catch (IOException e) {
            throw new IOException("Cannot read the key store " + location + ": " + e.getMessage(), e);
        }
        return store;
    }
}
