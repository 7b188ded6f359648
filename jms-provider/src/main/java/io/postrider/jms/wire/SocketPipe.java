// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.uri.ClientOptions.SocketOptions;
import io.postrider.jms.uri.Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;

/** A plain JDK socket, or TLS over one. */
final class SocketPipe implements Pipe {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private SocketPipe(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Connects, and shakes hands if the scheme wants TLS. */
    static SocketPipe connect(WireSettings settings) throws IOException {
        Server server = settings.server();
        Socket socket = new Socket();
        boolean isConnected = false;
        try {
            configure(socket, settings.transport().socket());
            socket.connect(new InetSocketAddress(server.host(), server.port()), settings.connectTimeoutMs());
            if (server.scheme().isTls()) {
                socket.setSoTimeout(settings.connectTimeoutMs());
                SSLSocket secured = TlsContext.of(settings.tls()).over(socket, server);
                secured.startHandshake();
                socket = secured;
            }
            SocketPipe pipe = new SocketPipe(socket);
            isConnected = true;
            return pipe;
        } finally {
            if (!isConnected) {
                socket.close();
            }
        }
    }

    private static void configure(Socket socket, SocketOptions options) throws IOException {
        socket.setTcpNoDelay(options.isTcpNoDelay());
        socket.setKeepAlive(options.isKeptAlive());
        if (options.sendBytes() > 0) {
            socket.setSendBufferSize(options.sendBytes());
        }
        if (options.receiveBytes() > 0) {
            socket.setReceiveBufferSize(options.receiveBytes());
        }
        if (options.trafficClass() > 0) {
            socket.setTrafficClass(options.trafficClass());
        }
        if (options.lingerSeconds() >= 0) {
            socket.setSoLinger(true, options.lingerSeconds());
        }
        if (!options.localAddress().isEmpty() || options.localPort() > 0) {
            socket.bind(
                    options.localAddress().isEmpty()
                            ? new InetSocketAddress(options.localPort())
                            : new InetSocketAddress(options.localAddress(), options.localPort()));
        }
    }

    @Override
    public String localName() {
        return Integer.toString(socket.getLocalPort());
    }

    @Override
    public int read(byte[] buffer, int timeoutMs) throws IOException {
        try {
            socket.setSoTimeout(timeoutMs);
            return in.read(buffer);
        } catch (SocketTimeoutException e) {
            return 0;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
