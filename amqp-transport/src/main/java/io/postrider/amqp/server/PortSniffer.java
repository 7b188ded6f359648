// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/**
 * Finds out by a connection's first bytes what is spoken on it, puts the handlers for that in place, and steps aside. Owned by
 * the connection's event loop.
 *
 * <pre>
 *  PROXY header, where one is expected    who the peer really is; then as below
 *  0x16                                   TLS; inside it as below
 *  AMQP 2 1 0 0                           the same header back, then TLS (AMQP 1.0 §5.2.1)
 *  GET                                    an upgrade to WebSocket
 *  anything else                          AMQP, which answers what it does not know
 * </pre>
 */
final class PortSniffer extends ByteToMessageDecoder {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int AMQP_MAGIC = 0x414d5150;
    private static final int TLS_VERSION = 0x02010000;
    private static final int GET = 0x47455420;
    private static final int HEADER_BYTES = 8;
    private static final int HTTP_BYTES_MAX = 8 * 1024;

    private final ListenerSecurity security;
    private final ServerConnection connection;
    private final boolean isInsideTls;
    private boolean expectsProxyHeader;

    PortSniffer(ListenerSecurity security, ServerConnection connection) {
        this(security, connection, false, security.expectsProxyHeader());
    }

    private PortSniffer(
            ListenerSecurity security, ServerConnection connection, boolean isInsideTls, boolean expectsProxyHeader) {
        this.security = security;
        this.connection = connection;
        this.isInsideTls = isInsideTls;
        this.expectsProxyHeader = expectsProxyHeader;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (expectsProxyHeader && !readProxyHeader(ctx, in)) {
            return;
        }
        if (!in.isReadable()) {
            return;
        }
        TlsFiles tls = isInsideTls ? null : security.tls();
        if (tls != null && in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE) {
            startTls(ctx, tls);
            return;
        }
        boolean mayBeHttp = security.offersWebSocket() && startsLike(in, GET);
        boolean mayBeHeader = tls != null && startsLike(in, AMQP_MAGIC);
        if ((mayBeHttp && in.readableBytes() < 4) || (mayBeHeader && in.readableBytes() < HEADER_BYTES)) {
            return;
        }
        if (mayBeHttp) {
            startHttp(ctx);
        } else if (mayBeHeader && in.getInt(in.readerIndex() + 4) == TLS_VERSION && tls != null) {
            in.skipBytes(HEADER_BYTES);
            answerTlsHeader(ctx);
            startTls(ctx, tls);
        } else if (tls != null && security.isTlsRequired()) {
            // AMQP 1.0 §2.2: answer with the header we would have liked, then close.
            in.skipBytes(in.readableBytes());
            answerTlsHeader(ctx);
            connection.refused("Expected TLS");
            ctx.pipeline().remove(this);
        } else {
            ctx.pipeline().remove(this);
        }
    }

    /** Whether as many of the first four bytes as are there are those. */
    private static boolean startsLike(ByteBuf in, int expected) {
        for (int i = 0; i < Math.min(4, in.readableBytes()); i++) {
            if (in.getUnsignedByte(in.readerIndex() + i) != ((expected >>> (24 - 8 * i)) & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the header is read; if not, more of it must come, or the connection is closed. */
    private boolean readProxyHeader(ChannelHandlerContext ctx, ByteBuf in) {
        ProxyHeader header = ProxyHeader.read(in);
        if (header.state() == ProxyHeader.State.INCOMPLETE) {
            return false;
        }
        if (header.state() == ProxyHeader.State.WRONG) {
            in.skipBytes(in.readableBytes());
            connection.refused("Expected a PROXY protocol header");
            ctx.close();
            return false;
        }
        expectsProxyHeader = false;
        if (header.address() != null) {
            connection.cameBy(header.address());
        }
        return true;
    }

    private static void answerTlsHeader(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.buffer(HEADER_BYTES).writeInt(AMQP_MAGIC).writeInt(TLS_VERSION));
    }

    private void startTls(ChannelHandlerContext ctx, TlsFiles tls) {
        SslHandler handler = tls.context().newHandler(ctx.alloc());
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addAfter(ctx.name(), "tls", handler);
        pipeline.addAfter("tls", "inside", new PortSniffer(security, connection, true, false));
        pipeline.remove(this);
    }

    private void startHttp(ChannelHandlerContext ctx) {
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addAfter(ctx.name(), "http", new HttpServerCodec());
        pipeline.addAfter("http", "http-whole", new HttpObjectAggregator(HTTP_BYTES_MAX));
        pipeline.addAfter("http-whole", "upgrade", new WebSocketUpgrade(connection));
        pipeline.remove(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (isInsideTls && event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            connection.secured(ClientCertificate.user(tls.engine().getSession()));
        }
        ctx.fireUserEventTriggered(event);
    }
}
