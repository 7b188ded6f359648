// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.uri.Server;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** AMQP in the binary messages of a WebSocket, with the subprotocol "amqp" (the OASIS WebSocket binding for AMQP 1.0). */
final class WebSocketPipe implements Pipe, WebSocket.Listener {
    private static final String SUBPROTOCOL = "amqp";

    private final Server server;
    private final Object monitor = new Object();
    // Guarded by the monitor.
    private final Deque<ByteBuffer> arrived = new ArrayDeque<>();
    private boolean isAtEnd;
    private @Nullable Throwable failure;

    private @Nullable WebSocket socket;

    private WebSocketPipe(Server server) {
        this.server = server;
    }

    static WebSocketPipe connect(WireSettings settings) throws IOException {
        Server server = settings.server();
        HttpClient.Builder client = HttpClient.newBuilder();
        if (server.scheme().isTls()) {
            TlsContext tls = TlsContext.of(settings.tls());
            client.sslContext(tls.context());
            SSLParameters parameters = tls.parameters(tls.context().getDefaultSSLParameters());
            client.sslParameters(parameters);
        }
        int timeoutMs = settings.connectTimeoutMs();
        if (timeoutMs > 0) {
            client.connectTimeout(Duration.ofMillis(timeoutMs));
        }
        WebSocketPipe pipe = new WebSocketPipe(server);
        try {
            String scheme = server.scheme().isTls() ? "wss" : "ws";
            String path = server.path().isEmpty() ? "/" : server.path();
            URI uri = new URI(scheme, null, server.host(), server.port(), path, null, null);
            WebSocket.Builder builder = client.build().newWebSocketBuilder().subprotocols(SUBPROTOCOL);
            settings.transport().webSocketHeaders().forEach(builder::header);
            WebSocket socket = await(builder.buildAsync(uri, pipe), timeoutMs);
            if (!SUBPROTOCOL.equals(socket.getSubprotocol())) {
                socket.abort();
                throw new IOException(
                        "Expected the WebSocket subprotocol 'amqp', but got '" + socket.getSubprotocol() + "'");
            }
            pipe.socket = socket;
            return pipe;
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException("Cannot make a WebSocket request for " + server + ": " + e.getMessage(), e);
        }
    }

    private static <T> T await(CompletableFuture<T> future, int timeoutMs) throws IOException {
        try {
            return timeoutMs == 0 ? future.get() : future.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("The WebSocket failed: " + cause, cause);
        } catch (TimeoutException e) {
            throw new IOException("The WebSocket did not answer within " + timeoutMs + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for a WebSocket", e);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean isLast) {
        ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
        synchronized (monitor) {
            arrived.addLast(copy);
            monitor.notifyAll();
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        end(null);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        end(error);
    }

    private void end(@Nullable Throwable error) {
        synchronized (monitor) {
            isAtEnd = true;
            failure = error;
            monitor.notifyAll();
        }
    }

    @Override
    public String localName() {
        return "ws-" + server;
    }

    @Override
    public int read(byte[] buffer, int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (monitor) {
            while (arrived.isEmpty()) {
                if (isAtEnd) {
                    if (failure != null) {
                        throw new IOException("The WebSocket failed: " + failure, failure);
                    }
                    return -1;
                }
                long leftMs = timeoutMs == 0 ? 0 : (deadlineNs - System.nanoTime()) / 1_000_000;
                if (timeoutMs != 0 && leftMs <= 0) {
                    return 0;
                }
                try {
                    monitor.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("Interrupted while reading from a WebSocket", e);
                }
            }
            ByteBuffer first = arrived.getFirst();
            int count = Math.min(buffer.length, first.remaining());
            first.get(buffer, 0, count);
            if (!first.hasRemaining()) {
                arrived.removeFirst();
            }
            return count;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        WebSocket open = socket;
        if (open == null) {
            throw new IOException("Expected an open WebSocket");
        }
        await(open.sendBinary(ByteBuffer.wrap(bytes, offset, length), true), 0);
    }

    @Override
    public void close() {
        end(null);
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
