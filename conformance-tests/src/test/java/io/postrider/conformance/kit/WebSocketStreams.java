// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * A socket's bytes as binary WebSocket messages (RFC 6455), as a client sends and reads them, after an upgrade with the
 * subprotocol {@code amqp}. Owned by the test's thread.
 */
final class WebSocketStreams {
    private static final int BINARY = 0x82;
    private static final int CLOSE = 8;
    private static final int MASKED = 0x80;

    private final DataInputStream in;
    private final OutputStream out;

    WebSocketStreams(Socket socket) throws IOException {
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        String request = "GET /amqp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: amqp\r\n\r\n";
        out.write(request.getBytes(ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) in.readUnsignedByte());
        }
        if (!answer.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("Expected an upgrade, found " + answer);
        }
    }

    InputStream input() {
        return new InputStream() {
            private int left;
            private boolean isEnded;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                while (left == 0 && !isEnded && length > 0) {
                    nextFrame();
                }
                if (isEnded) {
                    return -1;
                }
                int count = in.read(bytes, offset, Math.min(length, left));
                left -= Math.max(0, count);
                return count;
            }

            private void nextFrame() throws IOException {
                try {
                    int first = in.readUnsignedByte();
                    int length = in.readUnsignedByte();
                    left = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
                    if ((first & 0xf) == CLOSE) {
                        in.readNBytes(left);
                        isEnded = true;
                    }
                } catch (EOFException e) {
                    isEnded = true;
                }
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                // A mask of zeros leaves the bytes as they are.
                ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) BINARY);
                if (length < 126) {
                    frame.put((byte) (MASKED | length));
                } else if (length <= 0xffff) {
                    frame.put((byte) (MASKED | 126)).putShort((short) length);
                } else {
                    frame.put((byte) (MASKED | 127)).putLong(length);
                }
                frame.putInt(0).put(bytes, offset, length);
                out.write(frame.array(), 0, frame.position());
            }
        };
    }
}
