// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says of the connection it passes on: the PROXY protocol, versions 1 and 2. Immutable.
 *
 * <pre>
 *  1:  PROXY (TCP4|TCP6|UNKNOWN) [source destination source-port destination-port] CR LF       at most 107 bytes
 *  2:  12 bytes signature, version and command, family, length (2 bytes), addresses, extensions
 * </pre>
 *
 * @param address the peer's own, or null if the proxy speaks for itself or does not know
 */
record ProxyHeader(State state, @Nullable String address) {

    /** How far reading came. */
    enum State {
        WHOLE,
        /** More bytes must come. */
        INCOMPLETE,
        /** This is no such header. */
        WRONG
    }

    private static final ProxyHeader INCOMPLETE = new ProxyHeader(State.INCOMPLETE, null);
    private static final ProxyHeader WRONG = new ProxyHeader(State.WRONG, null);

    private static final byte[] TEXT_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int TEXT_BYTES_MAX = 107;
    private static final int BINARY_START_BYTES = 16;
    private static final int EXTENSION_BYTES_MAX = 4096;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final Pattern TEXT = Pattern.compile(
            "PROXY (?:UNKNOWN(?: .*)?|TCP[46] ([0-9a-fA-F.:]{2,45}) [0-9a-fA-F.:]{2,45} (\\d{1,5}) \\d{1,5})\r\n");

    /** Reads a header from the start of the bytes; consumes it only if it is whole. */
    static ProxyHeader read(ByteBuf in) {
        if (startsLike(in, TEXT_START)) {
            return readText(in);
        }
        return startsLike(in, SIGNATURE) ? readBinary(in) : WRONG;
    }

    private static boolean startsLike(ByteBuf in, byte[] expected) {
        for (int i = 0; i < Math.min(expected.length, in.readableBytes()); i++) {
            if (in.getByte(in.readerIndex() + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static ProxyHeader readText(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.indexOf(start, Math.min(start + TEXT_BYTES_MAX, in.writerIndex()), (byte) '\n');
        if (end < 0) {
            return in.readableBytes() >= TEXT_BYTES_MAX ? WRONG : INCOMPLETE;
        }
        String line =
                in.readCharSequence(end + 1 - start, StandardCharsets.US_ASCII).toString();
        Matcher matcher = TEXT.matcher(line);
        if (!matcher.matches()) {
            return WRONG;
        }
        return new ProxyHeader(
                State.WHOLE, matcher.group(1) == null ? null : joined(matcher.group(1), matcher.group(2)));
    }

    private static ProxyHeader readBinary(ByteBuf in) {
        if (in.readableBytes() < BINARY_START_BYTES) {
            return INCOMPLETE;
        }
        int start = in.readerIndex();
        int versionAndCommand = in.getUnsignedByte(start + 12);
        int family = in.getUnsignedByte(start + 13) >>> 4;
        int length = in.getUnsignedShort(start + 14);
        if (versionAndCommand >>> 4 != 2 || (versionAndCommand & 0xf) > 1 || length > EXTENSION_BYTES_MAX) {
            return WRONG;
        }
        if (in.readableBytes() < BINARY_START_BYTES + length) {
            return INCOMPLETE;
        }
        byte[] body = new byte[length];
        in.skipBytes(BINARY_START_BYTES).readBytes(body);
        boolean isLocal = (versionAndCommand & 0xf) == 0;
        int addressBytes = family == IPV4 ? 4 : family == IPV6 ? 16 : 0;
        if (isLocal || addressBytes == 0) {
            return new ProxyHeader(State.WHOLE, null);
        }
        if (length < 2 * addressBytes + 4) {
            return WRONG;
        }
        int port = (body[2 * addressBytes] & 0xff) << 8 | (body[2 * addressBytes + 1] & 0xff);
        try {
            InetAddress source = InetAddress.getByAddress(Arrays.copyOf(body, addressBytes));
            return new ProxyHeader(State.WHOLE, joined(source.getHostAddress(), Integer.toString(port)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Expected an address of " + addressBytes + " bytes to be one", e);
        }
    }

    private static String joined(String host, String port) {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
